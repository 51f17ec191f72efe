// SPDX-License-Identifier: MIT
// The native binding of the plugin ABI.
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const DEFAULT_PATH = fileURLToPath(new URL('../../../build/examples/node-host/gql_binding.node', import.meta.url));

export const LOG_LEVELS = ['error', 'warning', 'info', 'debug']; // 1 to 4 in the ABI

const { name, version } = require('../package.json');

/** The native module; there is one for each thread of JavaScript. */
export function binding(path = process.env.GQL_BINDING ?? DEFAULT_PATH) {
  if (!existsSync(path)) {
    throw new Error(`The binding ${path} is not there. Build it: meson setup build && meson compile -C build`);
  }
  return require(path);
}

/** What plugins know the host by, with a log of its own. */
export function createRuntime(native, { logLevel, log }) {
  return native.createRuntime({ name, version, logLevel: LOG_LEVELS.indexOf(logLevel) + 1 },
    (level, message, traceId) => log(LOG_LEVELS[level - 1] ?? 'info', message, traceId));
}
