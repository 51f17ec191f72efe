// SPDX-License-Identifier: MIT
// Posts messages to one endpoint, again and again if need be.
import { post } from './post.js';
import { delayOf, retryAfterOf } from './retries.js';
import { pause } from './time.js';
import { Turns } from './turns.js';

const MOST_UNDER_WAY = 8; // Requests.
const TOO_MANY_REQUESTS = 429;
const GONE = 410;

export const isTaken = ({ status }) => status >= 200 && status < 300;
export const isGone = ({ status }) => status === GONE;
export const reasonOf = ({ status, failure }) => failure ?? `status ${status}`;

export class Delivery {
  #endpoint; // {url, sign, guard, timeouts, retries}
  #turns;
  #time;
  #signals;
  #failed;

  /**
   * `signals`: with `stop`, nothing is posted any more; with `cut`, what is under way ends. `failed(message, outcome)`
   * is told of each attempt that fails.
   */
  constructor(endpoint, { time, signals, failed }) {
    this.#endpoint = endpoint;
    this.#turns = new Turns(MOST_UNDER_WAY, time, signals.stop);
    this.#time = time;
    this.#signals = signals;
    this.#failed = failed;
  }

  #attempt({ id, body }) {
    const { url, sign, guard, timeouts } = this.#endpoint;
    const timestamp = Math.floor(this.#time.now() / 1000);
    const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': sign(id, timestamp, body) };
    return post(url, headers, body, { guard, timeouts, time: this.#time, signal: this.#signals.cut });
  }

  /** Posts a message once. Returns the outcome (see post), or undefined if it was not posted, because of the signal. */
  async once(message) {
    const outcome = await this.#turns.take(() => this.#attempt(message));
    if (outcome && !isTaken(outcome)) this.#failed(message, outcome);
    return outcome;
  }

  /**
   * Posts a message until it is taken, the endpoint is gone, or the retries are used up. Returns the last outcome
   * with `attempts`, or undefined if the signal ended it before.
   */
  async insist(message) {
    const { retries } = this.#endpoint;
    const end = this.#time.now() + retries.giveUpMilliseconds;
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.once(message);
      if (!outcome) return undefined;
      const wanted = retryAfterOf(outcome.retryAfter, this.#time.now());
      const delay = delayOf(attempt, wanted, retries, this.#time.random);
      if (outcome.status === TOO_MANY_REQUESTS) this.#turns.hold(delay); // All organizations share the receiver's limit.
      const isLast = attempt >= retries.attempts || this.#time.now() + delay > end;
      if (isTaken(outcome) || isGone(outcome) || isLast) return { ...outcome, attempts: attempt };
      await pause(this.#time, delay, this.#signals.stop);
    }
  }
}
