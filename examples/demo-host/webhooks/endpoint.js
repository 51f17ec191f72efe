// SPDX-License-Identifier: MIT
// An endpoint: takes the events of its consumer and posts them.
//
// What waits for what: the events of one organization are posted one after the other. The next one is posted when the
// receiver has taken the one before, or when that has become a dead letter; only then is it acknowledged, so that a
// gateway that ends before it posts the event again, with the same ID. Other organizations go on meanwhile, and so do
// other endpoints, which have consumers of their own.
import { setMaxListeners } from 'node:events';
import { countedWarning } from '../throttle.js';
import { Delivery, isGone, isTaken, reasonOf } from './delivery.js';
import { Lanes } from './lanes.js';
import { messageOf, USUAL_TYPES } from './message.js';
import { pause } from './time.js';

const LOOK = 2000; // Milliseconds until what failed for want of the plugin or the disk is tried again.

/** Returns a controller whose signal any number may listen to. */
function controller() {
  const made = new AbortController();
  setMaxListeners(0, made.signal);
  return made;
}

export class Endpoint {
  #settings; // {name, url, sign, organizations, eventTypes, guard, timeouts, retries}
  #parts; // {store, events, time}
  #log;
  #warn; // Of an attempt that failed.
  #stop = controller(); // For good.
  #cut = controller(); // And at once.
  #round; // {stop, delivery}: from the start, or the end of a pause of the endpoint, to the next one.
  #ended;

  /**
   * `store`: see Store. `events({consumer, since, signal})`: an async iterable of events, in the order of each organization,
   * each with `acknowledge()`, which rejects with the code CONFLICT if another gateway has the events.
   */
  constructor(settings, { store, events, time, log }) {
    this.#settings = settings;
    this.#parts = { store, events, time };
    this.#log = (level, text) => log(level, `webhooks: ${settings.name}: ${text}`);
    let latest;
    const warn = countedWarning(this.#log, (count) => `attempts that failed: ${count}; the last, of ${latest}`);
    this.#warn = ({ id }, outcome) => {
      latest = `${id}: ${reasonOf(outcome)}`;
      warn();
    };
    this.#round = this.#newRound();
    this.#ended = this.#run();
  }

  get #isDisabled() {
    return this.#parts.store.isDisabled(this.#settings.name);
  }

  #newRound() {
    const stop = controller();
    const signals = { stop: stop.signal, cut: this.#cut.signal };
    return { stop, delivery: new Delivery(this.#settings, { time: this.#parts.time, signals, failed: this.#warn }) };
  }

  #look() {
    return pause(this.#parts.time, LOOK, this.#stop.signal);
  }

  async #run() {
    while (!this.#stop.signal.aborted) {
      if (!this.#isDisabled) await this.#takeEvents();
      await this.#look();
    }
  }

  async #takeEvents() {
    const { stop, delivery } = this.#round = this.#newRound();
    const { name, since } = this.#settings;
    const lanes = new Lanes((event) => this.#work(event, delivery));
    try {
      const events = this.#parts.events({ consumer: `webhooks.${name}`, since, signal: stop.signal });
      for await (const event of events) lanes.add(event.organizationId, event);
    } catch (error) {
      this.#log('error', `events can't be read: ${error.message}`);
    }
    await lanes.idle();
  }

  /** Returns the message of an event that this endpoint gets, or null. */
  #wanted(event) {
    const { organizations, eventTypes = USUAL_TYPES } = this.#settings;
    if (!(organizations?.includes(event.organizationId) ?? true)) return null;
    const message = messageOf(event);
    return eventTypes.includes(message?.type) ? message : null;
  }

  /** Deals with the first event of an organization. Returns whether to go on with the next one. */
  async #work(event, delivery) {
    const message = this.#wanted(event);
    if (message && !(await this.#deliver(event, message, delivery))) return false;
    return this.#insist(`${message?.id ?? event.position} is not acknowledged`, () => event.acknowledge());
  }

  /** Returns whether the receiver has taken the message, or the store of dead letters. */
  async #deliver(event, message, delivery) {
    const outcome = await delivery.insist(message);
    if (!outcome) return false;
    if (isGone(outcome)) this.#disable();
    if (isGone(outcome) || isTaken(outcome)) return isTaken(outcome);
    return this.#insist(`${message.id} can't be kept as a dead letter`, () => this.#bury(event, message, outcome));
  }

  /** Runs a function until it succeeds. Returns false if that is in vain: the endpoint stops, or another gateway has the events. */
  async #insist(what, run) {
    const { signal } = this.#round.stop;
    for (;;) {
      try {
        await run();
        return true;
      } catch (error) {
        this.#log('error', `${what}: ${error.message}`);
        if (signal.aborted || error.extensions?.code === 'CONFLICT') return false;
      }
      await pause(this.#parts.time, LOOK, signal);
    }
  }

  #bury({ organizationId, aggregateId, time }, { id, type }, outcome) {
    const { store, time: clock } = this.#parts;
    const died = new Date(clock.now()).toISOString();
    const [attempts, reason] = [outcome.attempts, reasonOf(outcome)];
    const dropped = store.add({ endpoint: this.#settings.name, id, type, organizationId, aggregateId, time, died, attempts, reason });
    this.#log('error', `${id} of ${organizationId} is a dead letter after ${attempts} attempts: ${reason}`);
    if (dropped > 0) this.#log('error', `dead letters that were dropped, since there are more than webhooks.mostDeadLetters: ${dropped}`);
  }

  #disable() {
    if (this.#round.stop.signal.aborted) return;
    this.#round.stop.abort();
    this.#parts.store.disable(this.#settings.name, new Date(this.#parts.time.now()).toISOString());
    this.#log('error', 'disabled, since the receiver answered 410 Gone. Its events wait. The command `enable` ends that');
  }

  /** Posts the message of an event once more, out of turn. Returns the reason if the receiver did not take it. */
  async redeliver(event) {
    const outcome = await this.#round.delivery.once(messageOf(event));
    if (!outcome) return 'the endpoint is disabled, or the gateway stops';
    return isTaken(outcome) ? undefined : reasonOf(outcome);
  }

  /** Begins nothing new, and cuts off what is still under way after a time. */
  async stop(patience) {
    this.#stop.abort();
    this.#round.stop.abort();
    const cancel = this.#parts.time.after(patience, () => this.#cut.abort());
    await this.#ended;
    cancel();
  }
}
