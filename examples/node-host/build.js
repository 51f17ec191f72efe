// SPDX-License-Identifier: MIT
// Builds the binding beside this file, with the headers of the running Node. npm runs it when it
// installs the package from a checkout.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
const abi = join(root, 'abi');
const output = join(here, 'gql_binding.node');
const compiler = process.env.CC ?? 'cc';

function outputOf(command, ...args) {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined;
  }
}

/** Headers are beside Node's executable, or where distributions install them. */
function findHeaders() {
  const folders = [resolve(process.execPath, '../../include/node'), '/usr/include/node', '/usr/include/nodejs/src'];
  return folders.find((folder) => existsSync(join(folder, 'node_api.h')));
}

function requirements() {
  const headers = findHeaders();
  const missing = [
    !outputOf(compiler, '--version') && `a C compiler (${compiler}): Debian's package build-essential`,
    !headers && `node_api.h of Node ${process.version}: it comes with Node from nodejs.org; Debian's package libnode-dev`,
  ].filter(Boolean);
  return { headers, missing };
}

/** The C files of a folder and of the folders in it. */
function sourcesOf(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? sourcesOf(path) : path.endsWith('.c') ? [path] : [];
  });
}

function compile({ headers }) {
  const options = ['-shared', '-fPIC', '-std=gnu11', '-O2', '-D_GNU_SOURCE', '-fvisibility=hidden', '-I', root, '-I', abi, '-isystem', headers];
  const sources = [join(here, 'binding'), join(abi, 'host')].flatMap(sourcesOf);
  execFileSync(compiler, [...options, ...sources, '-o', output, '-ldl', '-lpthread'], { stdio: 'inherit' });
}

/** Meson builds the examples' binding. Not every npm honours ignore-scripts in their .npmrc. */
function isForExamples() {
  const { npm_config_local_prefix: folder, npm_command: command } = process.env;
  return folder === resolve(here, '..') && ['ci', 'install'].includes(command);
}

const found = isForExamples() ? undefined : requirements();
if (!found) {
  console.error('The examples use the binding that Meson builds');
} else if (found.missing.length > 0) {
  console.error(`gql-plugin-host can't build its binding. Install\n${found.missing.map((line) => `  - ${line}`).join('\n')}`);
  process.exitCode = 1;
} else {
  compile(found);
}
