// SPDX-License-Identifier: MIT
// A clock that stands still, receivers, events and a gateway's folder for the tests of webhooks.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWebhooks } from '../../examples/demo-host/webhooks/index.js';
import { makeKey } from '../../examples/demo-host/webhooks/keys.js';

const PATIENCE = 30_000; // Milliseconds for what must happen, and does at once unless the machine is busy.

/** Waits until a function returns something true, and returns that. */
export async function until(look, what = look) {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const found = look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`It did not happen: ${what}`);
    await new Promise((resolve) => { setTimeout(resolve, 2); });
  }
}

/** Lets everything happen that does not wait for the clock. */
export async function settle() {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => { setImmediate(resolve); });
}

export class TestTime {
  #now = Date.now();
  #timers = new Set();
  random = () => 1;
  now = () => this.#now;

  after = (milliseconds, run) => {
    const timer = { at: this.#now + milliseconds, milliseconds, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  };

  /** The waits of that many milliseconds. */
  waits(milliseconds) {
    return [...this.#timers].filter((timer) => timer.milliseconds === milliseconds).length;
  }

  /** Waits until somebody waits for that long, and lets that time pass. */
  async pass(milliseconds) {
    await until(() => this.waits(milliseconds) > 0, `a wait of ${milliseconds} ms`);
    await this.advance(milliseconds);
  }

  async advance(milliseconds) {
    const end = this.#now + milliseconds;
    for (;;) {
      const [next] = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
      await settle();
    }
    this.#now = end;
  }
}

/** A receiver, whose `answer(req, res)` may be replaced. Keeps what it got in `got`. */
export class Receiver {
  got = [];
  answer = (req, res) => res.writeHead(204).end();

  /** `tls`: {key, cert}, to answer to https://localhost/. */
  async listen(tls) {
    const take = async (req, res) => {
      const chunks = [];
      for await (const chunk of req) chunks.push(chunk);
      const body = Buffer.concat(chunks).toString();
      this.got.push({ method: req.method, url: req.url, headers: req.headers, body, json: body && JSON.parse(body) });
      this.answer(req, res, JSON.parse(body));
    };
    this.server = tls ? https.createServer(tls, take) : http.createServer(take);
    await new Promise((resolve) => { this.server.listen(0, '127.0.0.1', resolve); });
    this.url = `${tls ? 'https://localhost' : 'http://127.0.0.1'}:${this.server.address().port}/hook`;
    return this;
  }

  /** The IDs that it got, in their order. */
  get ids() {
    return this.got.map(({ headers }) => headers['webhook-id']);
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((resolve) => { this.server.close(resolve); });
  }
}

let made = 0;

/** Returns an event. Its ID says the organization and the number. */
export function eventOf(organizationId, number, more = {}) {
  const position = String(++made);
  return { position, id: `${organizationId}-${number}`, time: '2026-11-27T08:00:00.000Z', organizationId, aggregateType: 'Integration',
    aggregateId: `i-${number}`, eventType: 'CREATED', data: { title: { new: `Secret title ${number}` } }, ...more };
}

/** Events that are given out to one consumer at a time, from the first that is not acknowledged in each organization. */
export class Events {
  #all = [];
  #wakes = new Set();
  acknowledged = new Map(); // Consumer → IDs.

  add(...events) {
    this.#all.push(...events);
    for (const wake of this.#wakes) wake();
  }

  of = (consumer) => this.acknowledged.get(consumer) ?? [];
  find = async ({ id }) => this.#all.find((event) => event.id === id) ?? null;
  forget(id) {
    this.#all = this.#all.filter((event) => event.id !== id);
  }

  source = async function* source({ consumer, signal }) {
    this.acknowledged.set(consumer, this.of(consumer));
    const given = new Set(this.of(consumer));
    while (!signal.aborted) {
      const next = this.#all.find(({ id }) => !given.has(id));
      if (next) {
        given.add(next.id);
        yield { ...next, acknowledge: async () => { this.of(consumer).push(next.id); } };
        continue;
      }
      await new Promise((resolve) => {
        this.#wakes.add(resolve);
        signal.addEventListener('abort', resolve, { once: true });
      });
    }
  }.bind(this);
}

/** A folder with keys, and what a gateway with webhooks has. */
export class Desk {
  folder = mkdtempSync(join(tmpdir(), 'webhooks-test-'));
  time = new TestTime();
  events = new Events();
  lines = [];
  #running = [];

  path(name) {
    return join(this.folder, name);
  }

  /** Writes a key, and returns its file. */
  key(name, text, mode = 0o600) {
    writeFileSync(this.path(name), text);
    chmodSync(this.path(name), mode);
    return this.path(name);
  }

  /** Returns settings with an endpoint for each URL, under the names a, b, …, changed by `change`. */
  settings(urls, change = () => {}) {
    const { secret } = makeKey(true);
    const secretFiles = [this.key('key', secret)];
    const endpoints = Object.fromEntries(urls.map((url, i) => [String.fromCharCode(97 + i), { url, secretFiles }]));
    const settings = { folder: this.path('state'), endpoints, allowedAddresses: ['127.0.0.1'], allowHttp: true, mostDeadLetters: 100,
      timeouts: { connectMilliseconds: 5000, answerMilliseconds: 15000 },
      retries: { attempts: 4, firstDelayMilliseconds: 1000, longestDelayMilliseconds: 60_000, giveUpMilliseconds: 3_600_000 } };
    change(settings);
    return settings;
  }

  start(settings, parts = {}) {
    const { events, time } = this;
    const running = startWebhooks(settings, { events: events.source, find: events.find, time, log: (...line) => this.lines.push(line.join(' ')), ...parts });
    this.#running.push(running);
    return running;
  }

  async close() {
    const ended = this.#running.map((running) => running.stop());
    await settle();
    await this.time.advance(20_000);
    await Promise.all(ended);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
