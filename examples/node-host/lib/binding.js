// SPDX-License-Identifier: MIT
// The native binding of the plugin ABI, one for each thread of JavaScript.
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const DEFAULT_PATH = fileURLToPath(new URL('../../../build/examples/node-host/gql_binding.node', import.meta.url));

export const LOG_LEVELS = ['error', 'warning', 'info', 'debug']; // 1 to 4 in the ABI

let started;

/** The binding, started with the first caller's log: `log(level, message, traceId)`. */
export function binding({ path = process.env.GQL_BINDING ?? DEFAULT_PATH, logLevel = 'info', log = () => {} } = {}) {
  if (started) return started;
  if (!existsSync(path)) {
    throw new Error(`The binding ${path} is not there. Build it: meson setup build && meson compile -C build`);
  }
  started = createRequire(import.meta.url)(path);
  started.start({ name: 'gql-plugin-host', version: '0.1.0', logLevel: LOG_LEVELS.indexOf(logLevel) + 1 },
    (level, message, traceId) => log(LOG_LEVELS[level - 1] ?? 'info', message, traceId));
  return started;
}
