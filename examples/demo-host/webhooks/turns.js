// SPDX-License-Identifier: MIT
// How many requests of an endpoint may be under way, and since when there may be any.
import { pause } from './time.js';

export class Turns {
  #free;
  #waiting = [];
  #from = 0; // Milliseconds since 1970.
  #time;
  #signal;

  /** `most`: how many may be under way at once. `signal`: there are no turns any more. */
  constructor(most, time, signal) {
    this.#free = most;
    this.#time = time;
    this.#signal = signal;
  }

  /** Has the next turns begin after a time. Those under way go on. */
  hold(milliseconds) {
    this.#from = Math.max(this.#from, this.#time.now() + milliseconds);
  }

  async #enter() {
    if (this.#free > 0) this.#free--;
    else await new Promise((resolve) => { this.#waiting.push(resolve); });
    while (!this.#signal.aborted && this.#from > this.#time.now()) await pause(this.#time, this.#from - this.#time.now(), this.#signal);
  }

  #leave() {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free++;
  }

  /** Runs a function when it is its turn, and returns what it returns. After the signal: undefined, without running it. */
  async take(run) {
    await this.#enter();
    try {
      return this.#signal.aborted ? undefined : await run();
    } finally {
      this.#leave();
    }
  }
}
