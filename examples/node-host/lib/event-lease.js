// SPDX-License-Identifier: MIT
// The events of an organization that a consumer has claimed, until they are acknowledged.

/** Extends itself from time to time until it ends or is left. */
export class EventLease {
  #call;
  #batch;
  #milliseconds;
  #timer;
  #taken = -1; // The index of the last event that was taken.
  #sent = Promise.resolve(); // One call after the other.
  #ended = false;
  #lost; // Why it was: the error that the plugin gave.
  #onEnd;

  /** `call` acknowledges; `onEnd` is called once. */
  constructor(call, batch, milliseconds, onEnd) {
    this.#call = call;
    this.#batch = batch;
    this.#milliseconds = milliseconds;
    this.#onEnd = onEnd;
    this.#timer = setInterval(() => this.#send(true).catch(() => {}), milliseconds / 3);
    this.#timer.unref();
  }

  get isDone() {
    return this.#taken === this.#batch.events.length - 1;
  }

  /** Returns the events, each with its function `acknowledge`. */
  events() {
    return this.#batch.events.map((event, index) => Object.defineProperty(event, 'acknowledge', { value: () => this.#acknowledge(index) }));
  }

  /** Notes that an event was taken; it is acknowledged with the next call. */
  take(index) {
    this.#taken = Math.max(this.#taken, index);
  }

  async #acknowledge(index) {
    this.take(index);
    await (this.isDone ? this.end() : this.#send(true));
  }

  /** Acknowledges what was taken. The last event's position may be before the batch's: some were passed over. */
  #send(keeps) {
    const { organizationId, lease, events, position } = this.#batch;
    this.#sent = this.#sent.catch(() => {}).then(() => {
      if (this.#lost) throw this.#lost;
      if (this.#ended) return undefined;
      this.#ended = !keeps;
      const taken = this.isDone ? position : events[this.#taken]?.position;
      return this.#call({ organizationId, lease, position: taken, leaseMilliseconds: keeps ? this.#milliseconds : undefined })
        .catch((error) => this.#fail(error));
    });
    return this.#sent;
  }

  /** Who has lost the lease can't acknowledge any more. */
  #fail(error) {
    if (error.extensions?.code === 'CONFLICT') {
      this.#lost = error;
      this.leave();
      this.#onEnd(this);
    }
    throw error;
  }

  /** Extends it no more: what is under way may still be acknowledged. */
  leave() {
    clearInterval(this.#timer);
  }

  /** Acknowledges what was taken, and gives the rest back. */
  async end() {
    this.leave();
    try {
      await this.#send(false);
    } finally {
      this.#onEnd(this);
    }
  }
}
