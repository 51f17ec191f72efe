// SPDX-License-Identifier: MIT
// The events of a plugin: pages, and their delivery to consumers.
import { settle } from './answer.js';
import { checkEventOptions } from './event-options.js';
import { EventLease } from './event-lease.js';
import { CALL, PluginRequest } from './request.js';

const [READ, CLAIM, ACKNOWLEDGE] = [0, 1, 2];
/** How long a consumer waits at most before it looks again, and how long after a failure. */
const LONGEST_WAIT = 30_000;
const SHORTEST_WAIT = 1000;

/** Whose grants a consumer has: he reads everything. */
function consumerActor(consumer) {
  return { id: `consumer:${consumer}`, kind: 'system', grants: [{ organizationId: null, actions: ['READ'] }] };
}

export class EventFeed {
  #native;
  #plugin;
  #log;
  #closed = false;
  #wakers = new Set(); // Of those that wait.
  #leases = new Set();
  #consumers = 0; // Loops that run.
  #signals = 0;

  constructor(native, plugin, log) {
    this.#native = native;
    this.#plugin = plugin;
    this.#log = log;
  }

  get id() {
    return this.#plugin.about.id;
  }

  /** Reads a page. `request` has the grants. */
  async read(query, request) {
    if (typeof query !== 'object' || query === null) throw new TypeError('readEvents: the query must be an object');
    return settle(request.call(this.#plugin, CALL.events, READ, query, null, null), (size) => request.answer(size));
  }

  /** Returns an async iterable of events; see index.d.ts. */
  deliver(given) {
    const options = checkEventOptions(given);
    if (this.#plugin.keyOf) throw new TypeError(`events: the plugin ${this.id} has an instance for each key (the option instances)`);
    return this.#run(options);
  }

  /** Gives back what nobody has acknowledged: the promise of it, or null. Loops end when they ask for their next event. */
  close() {
    this.#closed = true;
    this.#wake();
    if (!this.#plugin.keyOf) this.#native.watchEvents(this.#plugin.target, null);
    const ends = [...this.#leases].map((lease) => lease.end().catch(() => {}));
    return ends.length > 0 ? Promise.all(ends) : null;
  }

  async #call(consumer, index, args) {
    const request = new PluginRequest(this.#native, { actor: consumerActor(consumer), source: 'internal' });
    return settle(request.call(this.#plugin, CALL.events, index, { consumer, ...args }, null, null));
  }

  // ---- Waiting ----

  #wake() {
    this.#signals += 1;
    for (const wake of this.#wakers) wake();
  }

  /** Until there may be more since that many signals, something ends, or the time is over. */
  #wait(signals, milliseconds) {
    if (this.#signals !== signals) return undefined;
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#wakers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds);
      this.#wakers.add(wake);
    });
  }

  #begin() {
    this.#consumers += 1;
    if (this.#consumers === 1 && !this.#closed) this.#native.watchEvents(this.#plugin.target, () => this.#wake());
  }

  #end() {
    this.#consumers -= 1;
    if (this.#consumers === 0 && !this.#closed) this.#native.watchEvents(this.#plugin.target, null);
  }

  // ---- Delivery ----

  /** Returns a batch or null; waits for one, unless the loop ends. */
  async #claim({ consumer, signal, since, batchSize, leaseMilliseconds }) {
    let pause = SHORTEST_WAIT;
    while (!this.#closed && !signal?.aborted) {
      const signals = this.#signals;
      try {
        const { batch, hasMore } = await this.#call(consumer, CLAIM, { limit: batchSize, leaseMilliseconds, since });
        if (batch) return batch;
        if (!hasMore) await this.#wait(signals, LONGEST_WAIT);
        pause = SHORTEST_WAIT;
      } catch (error) {
        if (this.#closed) return null;
        this.#log('error', `The consumer ${consumer} can't claim events of ${this.id}; it tries again: ${error.message}`, null);
        await this.#wait(this.#signals, pause);
        pause = Math.min(2 * pause, LONGEST_WAIT);
      }
    }
    return null;
  }

  #lease({ consumer, leaseMilliseconds }, batch, mine) {
    const lease = new EventLease((args) => this.#call(consumer, ACKNOWLEDGE, args), batch, leaseMilliseconds, (ended) => {
      this.#leases.delete(ended);
      mine.delete(ended);
      this.#wake();
    });
    this.#leases.add(lease);
    mine.add(lease);
    return lease;
  }

  async #finish(lease, { consumer }) {
    await lease.end().catch((error) => {
      this.#log('warning', `Events that the consumer ${consumer} has taken will be delivered again: ${error.message}`, null);
    });
  }

  /** Yields the events of one batch, and acknowledges them when the loop goes on, or gives the rest back. */
  async* #deliverBatch(lease, options) {
    try {
      for (const [index, event] of lease.events().entries()) {
        if (this.#closed || options.signal?.aborted) return;
        yield event;
        lease.take(index);
      }
    } finally {
      await this.#finish(lease, options);
    }
  }

  /** Yields the events of one batch, whose lease stays until all are acknowledged. */
  async* #handOut(lease, options) {
    for (const event of lease.events()) {
      if (this.#closed || options.signal?.aborted) return;
      yield event;
    }
    if (lease.isDone) await this.#finish(lease, options); // It has none.
  }

  async* #run(options) {
    const { signal, manual, maxOrganizations } = options;
    const mine = new Set();
    const wake = () => this.#wake();
    signal?.addEventListener('abort', wake);
    this.#begin();
    try {
      for (;;) {
        while (mine.size >= maxOrganizations && !this.#closed && !signal?.aborted) await this.#wait(this.#signals, LONGEST_WAIT);
        const batch = await this.#claim(options);
        if (batch === null) return;
        const lease = this.#lease(options, batch, mine);
        yield* manual ? this.#handOut(lease, options) : this.#deliverBatch(lease, options);
      }
    } finally {
      signal?.removeEventListener('abort', wake);
      for (const lease of mine) lease.leave();
      this.#end();
    }
  }
}

/** Returns the feed of the first plugin that has events, or null. */
export function feedOf(native, plugins, log) {
  const plugin = plugins.find(({ about }) => about.hasEvents);
  return plugin ? new EventFeed(native, plugin, log) : null;
}
