// SPDX-License-Identifier: MIT
// Warnings of what clients can cause as often as they like: a line a minute, with a count.

const QUIET = 60_000; // Milliseconds.

/**
 * Returns a function to call each time that something happens. `lineOf(count)` is logged the first time,
 * and then at most once in `quiet` milliseconds, with how often it happened since the line before.
 */
export function countedWarning(log, lineOf, quiet = QUIET) {
  let count = 0;
  let timer;
  const tell = () => {
    timer = undefined;
    if (count === 0) return;
    log('warning', lineOf(count));
    count = 0;
    timer = setTimeout(tell, quiet).unref();
  };
  return () => {
    count++;
    if (!timer) tell();
  };
}
