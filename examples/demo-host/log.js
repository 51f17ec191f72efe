// SPDX-License-Identifier: MIT
// The log of a gateway: a line per message on standard error.
import { format } from 'node:util';

const LEVELS = ['error', 'warning', 'info', 'debug'];
const LONGEST = 8192; // Characters.

// Controls, line separators and format characters: marks of direction, soft hyphens, tags, and others.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u2065\u{e0000}-\u{e0fff}]/gu;

function escaped(character) {
  if (character === '\n') return '\\n';
  const code = character.codePointAt(0).toString(16);
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
}

/** Messages quote what clients send: none may forge a line, steer a terminal, or fill the disk. */
function lineOf(message) {
  const left = message.length - LONGEST;
  const text = message.slice(0, LONGEST).replace(UNSAFE, escaped);
  return left > 0 ? `${text}… (${left} more characters)` : text;
}

/** Returns a function (level, message, traceId) that writes messages up to `level`. */
export function createLog(level) {
  const most = LEVELS.indexOf(level);
  return (lineLevel, message, traceId) => {
    if (LEVELS.indexOf(lineLevel) > most) return;
    console.error(`${new Date().toISOString()} ${lineLevel} ${lineOf(message)}${traceId ? ` trace=${traceId}` : ''}`);
  };
}

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
