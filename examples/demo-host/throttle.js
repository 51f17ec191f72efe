// SPDX-License-Identifier: MIT
// Lines of the log that repeat, or that clients can cause as often as they like: they are counted, not repeated.

const QUIET = 60_000; // Milliseconds.

const waiting = new Set(); // Ends of periods.

/** Tells every count now: the process ends. */
export function tellCounts() {
  for (const end of [...waiting]) end();
}

/**
 * Returns a function that says whether one more of a kind may be logged: the first `most` of a period may. At its end,
 * `tell` gets how many were not, and the seconds. If there were some, telling it is the first of the next period.
 */
export function throttle(tell, { most = 1, quiet = QUIET } = {}) {
  let [passed, held, timer] = [0, 0, undefined];
  const start = () => {
    timer = setTimeout(end, quiet).unref();
    waiting.add(end);
  };
  const end = () => {
    clearTimeout(timer);
    waiting.delete(end);
    timer = undefined;
    const count = held;
    [passed, held] = [count > 0 ? 1 : 0, 0];
    if (count > 0) start();
    tell(count, quiet / 1000);
  };
  return () => {
    if (!timer) start();
    if (passed < most) {
      passed++;
      return true;
    }
    held++;
    return false;
  };
}

/**
 * Returns a function to call each time that something happens. `lineOf(count)` is logged the first time,
 * and then at most once in `quiet` milliseconds, with how often it happened since the line before.
 */
export function countedWarning(log, lineOf, quiet = QUIET) {
  const tell = (count) => {
    if (count > 0) log('warning', lineOf(count));
  };
  const passes = throttle(tell, { quiet });
  return () => {
    if (passes()) tell(1);
  };
}
