// SPDX-License-Identifier: MIT
// Answers that clients do not take: a client that sends requests and never reads would keep their
// answers in the gateway's memory for as long as it likes.

/** Bytes of all answers of a server together that wait for their clients, and milliseconds that each may wait. */
export const PATIENCE = { mostUntaken: 1 << 26, timeToTake: 60_000 };

/** Closes the connections of clients that take their answers too slowly, and the slowest ones if all wait for too much. */
export class UntakenAnswers {
  #waiting = new Map(); // By response, the oldest first: {bytes, timer}.
  #bytes = 0;
  #patience;

  constructor(patience = PATIENCE) {
    this.#patience = patience;
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
    const timer = setTimeout(() => socket.destroy(), this.#patience.timeToTake);
    this.#waiting.set(res, { bytes: socket.writableLength, timer });
    this.#bytes += socket.writableLength;
    for (const [oldest] of this.#waiting) {
      if (this.#bytes <= this.#patience.mostUntaken) break;
      oldest.socket?.destroy();
      this.#remove(oldest);
    }
  }

  #remove(res) {
    const { bytes = 0, timer } = this.#waiting.get(res) ?? {};
    clearTimeout(timer);
    this.#bytes -= bytes;
    this.#waiting.delete(res);
  }
}
