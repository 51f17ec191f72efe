// SPDX-License-Identifier: MIT
// A log on standard error: a line for each message.

export const LOG_LEVELS = ['error', 'warning', 'info', 'debug']; // 1 to 4 in the ABI

const LONGEST = 8192; // Characters.

// Controls, line separators and format characters: marks of direction, soft hyphens, tags, and others.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u2065\u{e0000}-\u{e0fff}]/gu;

function escaped(character) {
  if (character === '\n') return '\\n';
  const code = character.codePointAt(0).toString(16);
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
}

/**
 * Returns a message as one line with controls escaped, cut at a length: messages quote what clients send, and none may
 * forge a line, steer a terminal, or fill the disk.
 */
export function safeLine(message) {
  const left = message.length - LONGEST;
  const text = message.slice(0, LONGEST).replace(UNSAFE, escaped);
  return left > 0 ? `${text}… (${left} more characters)` : text;
}

/** Returns a function (level, message, traceId) that writes messages up to `level`. */
export function createLog(level) {
  const most = LOG_LEVELS.indexOf(level);
  return (lineLevel, message, traceId) => {
    if (LOG_LEVELS.indexOf(lineLevel) > most) return;
    console.error(`${new Date().toISOString()} ${lineLevel} ${safeLine(message)}${traceId ? ` trace=${traceId}` : ''}`);
  };
}
