// SPDX-License-Identifier: MIT
// Reads and checks hosts.json, the hosts that the suite runs against.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { whyNot } from '../../support-js/engines.mjs';
import { plugin, requireOfExamples, root } from '../../support-js/paths.mjs';

const Ajv = requireOfExamples('ajv').default;
const beside = (name) => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));

/** The other ways to keep organizations, by the member of a host that says it is tried with it, too. */
const VARIANTS = {
  perOrganization: { storage: 'tenants', has: 'a database for each organization' },
  perInstance: { storage: 'instances', has: 'an instance for each organization' },
  onServer: { storage: 'server', has: 'two gateways on one PostgreSQL' },
};

/** A host with one database for all, and itself in the other ways in which it is tried. */
function variantsOf(host) {
  const others = Object.keys(VARIANTS).filter((way) => host[way]).map((way) => VARIANTS[way]);
  return [{ ...host, storage: 'shared' },
    ...others.map(({ storage, has }) => (
      { ...host, name: `${host.name}-${storage}`, title: `${host.title}, ${has}`, storage }))];
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

/** The engine for PostgreSQL is in the build if it would load libpq. */
const whyNoServer = () => (readFileSync(plugin).includes('libpq.so.5') ? undefined : 'the build has no engine for PostgreSQL');

/** Returns why a host can't run here, or undefined. */
export function whyAbsent(host) {
  if (host.storage === 'server' && whyNoServer()) return whyNoServer();
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
