// SPDX-License-Identifier: MIT
// The native binding of the host library.
import { createRequire } from 'node:module';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LOG_LEVELS } from './standard-log.js';

const require = createRequire(import.meta.url);
const { name, version } = require('../package.json');
// build.js puts it beside the package; Meson puts it into the build folder of a checkout.
const BUILT = ['../gql_binding.node', '../../../build/examples/node-host/gql_binding.node'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)));

function newest(files) {
  const found = files.filter((file) => existsSync(file)).map((file) => ({ file, time: statSync(file).mtimeMs }));
  return found.sort((a, b) => b.time - a.time)[0]?.file;
}

/** Returns the native module. Each JavaScript thread has its own. */
export function binding() {
  const file = process.env.GQL_BINDING ?? newest(BUILT);
  if (file) return require(file);
  throw new Error(`The native binding ${BUILT[0]} does not exist. npm builds it when it installs the package from a checkout, ` +
    'unless scripts are disabled (ignore-scripts). To build it in the checkout, run: node examples/node-host/build.js');
}

/** Creates a runtime, which gives plugins the host's name, version and log. With `trustedKeys` it loads only plugins that are signed with one of them. */
export function createRuntime(native, { logLevel, log, copyPlugins, trustedKeys = [] }) {
  const runtime = native.createRuntime({ name, version, logLevel: LOG_LEVELS.indexOf(logLevel) + 1, copyPlugins },
    (level, message, traceId) => log(LOG_LEVELS[level - 1] ?? 'info', message, traceId));
  try {
    for (const key of trustedKeys) native.trustKey(runtime, key);
    return runtime;
  } catch (error) {
    native.destroyRuntime(runtime);
    throw new Error(`loadPlugins: ${error.message}`);
  }
}
