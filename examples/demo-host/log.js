// SPDX-License-Identifier: MIT
// What GraphQL servers log.
import { format } from 'node:util';

const MOST_LINES = 50; // Within a period: one request can fail in thousands of places.
const PERIOD = 10_000; // Milliseconds.

/**
 * Returns a logger with the methods that most gateways call. They log the exceptions that they hide from
 * clients. Of what they log as an error or a warning in a period, only the first lines are written; the
 * next one after it says how many were not.
 */
export function loggerOf(log, now = () => performance.now()) {
  let [end, lines] = [-Infinity, 0];
  const startPeriod = () => {
    if (lines > MOST_LINES) log('warning', `messages of the GraphQL server that were not logged: ${lines - MOST_LINES}`);
    [end, lines] = [now() + PERIOD, 0];
  };
  const write = (level) => (...parts) => log(level, format(...parts));
  const writeSome = (level) => (...parts) => {
    if (now() >= end) startPeriod();
    if (++lines <= MOST_LINES) log(level, format(...parts));
  };
  return { debug: write('debug'), info: write('info'), warn: writeSome('warning'), error: writeSome('error') };
}
