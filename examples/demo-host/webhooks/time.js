// SPDX-License-Identifier: MIT
// The clock and the dice of deliveries. Tests have their own.

export const realTime = {
  /** Milliseconds since 1970. */
  now: () => Date.now(),
  random: () => Math.random(),
  /** Runs a function later. Returns one that cancels. */
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** Resolves after a time, or as soon as the signal is aborted. */
export function pause(time, milliseconds, signal) {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = time.after(milliseconds, end);
    signal.addEventListener('abort', end);
  });
}
