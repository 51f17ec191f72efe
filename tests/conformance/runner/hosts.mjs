// SPDX-License-Identifier: MIT
// Reads and checks hosts.json, the hosts that the suite runs against.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { whyNot } from '../../support-js/engines.mjs';
import { requireOfExamples, root } from '../../support-js/paths.mjs';

const Ajv = requireOfExamples('ajv').default;
const beside = (name) => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));

/** A host, and itself with a database for each organization if it is tried with both. */
function variantsOf(host) {
  const { name, title } = host;
  const shared = { ...host, storage: 'shared' };
  return host.perOrganization ? [shared, { ...host, name: `${name}-tenants`, title: `${title}, a database for each organization`, storage: 'tenants' }] : [shared];
}

/**
 * Returns all hosts. Throws an Error that names every mistake, such as a deviation without a case.
 */
export function readHosts(caseNames, hosts = beside('hosts.json')) {
  const ajv = new Ajv({ allErrors: true, useDefaults: true });
  const mistakes = ajv.validate(beside('hosts.schema.json'), hosts)
    ? hosts.flatMap(({ name, deviations }) =>
      Object.keys(deviations).filter((test) => !caseNames.includes(test)).map((test) => `${name}: there is no case ${test}`))
    : ajv.errors.map((error) => `${error.instancePath}: ${error.message}`);
  if (mistakes.length > 0) throw new Error(`hosts.json: ${mistakes.join('; ')}`);
  return hosts.flatMap(variantsOf);
}

const folderOf = ({ command }) => join(root, command[1], '..');

/** Returns why a host can't run here, or undefined. */
export function whyAbsent(host) {
  return host.packages && whyNot(folderOf(host));
}

/** The version of the npm package that the host itself would load. */
function packageVersion(name, folder) {
  for (let at = folder; at.startsWith(root); at = join(at, '..')) {
    try {
      return JSON.parse(readFileSync(join(at, 'node_modules', name, 'package.json'), 'utf8')).version;
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
  }
  throw new Error(`${name} is not installed for ${folder}`);
}

/** The packages of a host with their versions. */
export function versionOf(host) {
  const { packages, version } = host;
  if (version) return execFileSync(version[0], version.slice(1), { encoding: 'utf8' }).trim();
  return packages.map((name) => `${name} ${packageVersion(name, folderOf(host))}`).join(', ');
}
