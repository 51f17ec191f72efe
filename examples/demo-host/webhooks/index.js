// SPDX-License-Identifier: MIT
// Posts events to the endpoints of the configuration, after Standard Webhooks 1.0.
import { guardOf } from './addresses.js';
import { Endpoint } from './endpoint.js';
import { readSigners } from './keys.js';
import { Store } from './store.js';
import { pause, realTime } from './time.js';

const LOOK = 2000; // Milliseconds: how often letters are looked for that are to be posted again.
const SWEEP = 600_000; // Milliseconds: how often dead letters are looked through for those whose event is gone.
const PATIENCE = 10_000; // Milliseconds that requests under way get when the gateway stops.
const NAME = /^[a-z0-9][a-z0-9-]{0,31}$/;

function urlOf(text, what, allowHttp) {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const protocols = allowHttp ? ['https:', 'http:'] : ['https:'];
  if (!url || !protocols.includes(url.protocol)) {
    throw new Error(`${what}: it is not an address that begins with ${protocols.join('// or ')}//${allowHttp ? '' : '; webhooks.allowHttp allows http://'}`);
  }
  if (url.username || url.password) throw new Error(`${what}: it must not hold a user name or a password`);
  return url;
}

/** Returns the settings of an endpoint, checked. */
function settingsOf(name, endpoint, webhooks, resolve) {
  const what = `webhooks.endpoints.${name}`;
  if (!NAME.test(name)) throw new Error(`${what}: a name has 1 to 32 of the characters a-z, 0-9 and -, and does not begin with -`);
  const { timeouts, retries, allowedAddresses, allowHttp } = webhooks;
  const guard = guardOf(allowedAddresses, resolve);
  const url = urlOf(endpoint.url, `${what}.url`, allowHttp);
  try {
    guard.check(url.hostname);
  } catch (error) {
    throw new Error(`${what}.url: ${error.message}`, { cause: error });
  }
  return { ...endpoint, name, url, guard, timeouts, retries, sign: readSigners(endpoint.secretFiles, `${what}.secretFiles`) };
}

/** Posts a letter's event once more, or drops the letter if there is no such event any more. */
async function redeliver(letter, endpoints, { store, find, log }) {
  const say = (level, text) => log(level, `webhooks: ${letter.endpoint}: ${letter.id} of ${letter.organizationId} ${text}`);
  const endpoint = endpoints.get(letter.endpoint);
  if (!endpoint) return say('error', 'stays a dead letter: there is no such endpoint any more');
  const event = await find(letter);
  const reason = event && (await endpoint.redeliver(event));
  if (reason) return say('error', `stays a dead letter: ${reason}`);
  store.remove(letter.place);
  return say('info', event ? 'was a dead letter, and is delivered' : 'is dropped: its event is not there any more');
}

/** Drops the letters whose events are gone: with their organization, or with the retention of the trail. */
async function sweep({ store, find, log }) {
  let [dropped, failed, latest] = [0, 0, undefined];
  for (const letter of store.list()) {
    try {
      if (await find(letter)) continue;
      store.remove(letter.place);
      dropped++;
    } catch (error) { // Of an organization that is moved just now, for example.
      failed++;
      latest = error;
    }
  }
  if (dropped > 0) log('info', `webhooks: dead letters that were dropped, because their events are not there any more: ${dropped}`);
  if (failed > 0) log('warning', `webhooks: dead letters whose events can't be looked up, and which are kept: ${failed}; the last: ${latest.message}`);
}

/** Looks after the letters until the signal. */
async function tend(endpoints, parts, signal) {
  const { store, time, log } = parts;
  for (let next = 0; !signal.aborted; await pause(time, LOOK, signal)) {
    try {
      await Promise.all(store.takeMarked().map((letter) => redeliver(letter, endpoints, parts)));
      if (time.now() < next) continue;
      next = time.now() + SWEEP;
      await sweep(parts);
    } catch (error) {
      log('error', `webhooks: dead letters can't be dealt with: ${error.message}`);
    }
  }
}

/**
 * Starts to post. `webhooks`: the settings, see config.schema.json. `events(consumer, signal)`: see Endpoint.
 * `find(letter)`: returns the event of a dead letter, or null if it is not there any more. `time`, `resolve`: for tests.
 * Returns {stop}, which waits for requests under way. Throws an Error that names a wrong setting.
 */
export function startWebhooks(webhooks, { events, find, log, time = realTime, resolve }) {
  const all = Object.entries(webhooks.endpoints).map(([name, endpoint]) => settingsOf(name, endpoint, webhooks, resolve));
  const store = new Store(webhooks.folder, webhooks.mostDeadLetters);
  const parts = { store, events, find, log, time };
  const endpoints = new Map(all.map((settings) => [settings.name, new Endpoint(settings, parts)]));
  const stopping = new AbortController();
  const tending = tend(endpoints, parts, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      await Promise.all([tending, ...[...endpoints.values()].map((endpoint) => endpoint.stop(PATIENCE))]);
    },
  };
}
