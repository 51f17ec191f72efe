// SPDX-License-Identifier: MIT
// The native binding of the plugin ABI.
import { createRequire } from 'node:module';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const { name, version } = require('../package.json');
// By build.js, and in a checkout by Meson.
const BUILT = ['../gql_binding.node', '../../../build/examples/node-host/gql_binding.node'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)));

export const LOG_LEVELS = ['error', 'warning', 'info', 'debug']; // 1 to 4 in the ABI

function newest(files) {
  const found = files.filter((file) => existsSync(file)).map((file) => ({ file, time: statSync(file).mtimeMs }));
  return found.sort((a, b) => b.time - a.time)[0]?.file;
}

/** The native module; there is one for each thread of JavaScript. */
export function binding() {
  const file = process.env.GQL_BINDING ?? newest(BUILT);
  if (file) return require(file);
  throw new Error(`The binding ${BUILT[0]} is not there. npm builds it when it installs the package from a checkout, unless it is told ` +
    'to ignore scripts. In the checkout: node examples/node-host/build.js');
}

/** What plugins know the host by, with a log of its own. */
export function createRuntime(native, { logLevel, log }) {
  return native.createRuntime({ name, version, logLevel: LOG_LEVELS.indexOf(logLevel) + 1 },
    (level, message, traceId) => log(LOG_LEVELS[level - 1] ?? 'info', message, traceId));
}
