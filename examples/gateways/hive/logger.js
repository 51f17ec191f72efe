// SPDX-License-Identifier: MIT
// Hive Gateway's messages in the host's log. Its own writers write what clients send as it is.
import { inspect } from 'node:util';
import { Logger } from '@graphql-hive/gateway-runtime';

const LEVELS = { error: 'error', warn: 'warning', info: 'info' };

/** Returns a logger for Hive Gateway that writes errors to `log`. */
export function hiveLogger(log) {
  const write = (level, attributes, message) => {
    log(LEVELS[level] ?? 'debug', [message, attributes && inspect(attributes, { breakLength: Infinity })].filter(Boolean).join(' '));
  };
  return new Logger({ level: 'error', writers: [{ write }] });
}
