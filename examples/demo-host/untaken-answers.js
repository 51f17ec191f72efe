// SPDX-License-Identifier: MIT
// Answers that clients do not take: a client that sends requests and never reads would keep their
// answers in the gateway's memory for as long as it likes.
import { countedWarning } from './throttle.js';

/** Bytes of all answers of a server together that wait for their clients, and milliseconds that each may wait. */
export const PATIENCE = { mostUntaken: 1 << 26, timeToTake: 60_000 };

/** Closes the connections of clients that take their answers too slowly, and the slowest ones if all wait for too much. */
export class UntakenAnswers {
  #waiting = new Map(); // By response, the oldest first: {bytes, timer}.
  #bytes = 0;
  #patience;
  #warn;

  constructor(log, patience = PATIENCE) {
    const { mostUntaken, timeToTake } = patience;
    this.#patience = patience;
    this.#warn = countedWarning(log, (count) => `answers that were cut, because their clients took them too slowly: ${count}. ` +
      `${mostUntaken} bytes may wait in all, each answer for ${timeToTake / 1000} s. Put a proxy in front that buffers answers, or limits clients`);
  }

  /** Watches the answer to a request until it is taken. */
  watch(res) {
    const { writeHead } = res; // Node has no event for the beginning of an answer.
    res.writeHead = (...head) => {
      setImmediate(() => this.#add(res)); // The body is written by then, and what the kernel takes at once is gone.
      return writeHead.apply(res, head);
    };
    res.once('close', () => this.#remove(res));
  }

  #add(res) {
    const { socket } = res;
    if (!socket || socket.destroyed || res.writableFinished || this.#waiting.has(res)) return;
    const timer = setTimeout(() => this.#cut(res), this.#patience.timeToTake);
    this.#waiting.set(res, { bytes: socket.writableLength, timer });
    this.#bytes += socket.writableLength;
    for (const [oldest] of this.#waiting) {
      if (this.#bytes <= this.#patience.mostUntaken) break;
      this.#cut(oldest);
    }
  }

  #cut(res) {
    res.socket?.destroy();
    this.#remove(res);
    this.#warn();
  }

  #remove(res) {
    const { bytes = 0, timer } = this.#waiting.get(res) ?? {};
    clearTimeout(timer);
    this.#bytes -= bytes;
    this.#waiting.delete(res);
  }
}
