// SPDX-License-Identifier: MIT
// Receivers that fail at random, and gateways that are restarted at random: what holds all the same.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Store } from '../../examples/demo-host/webhooks/store.js';
import { Desk, eventOf, Receiver, settle } from './support.mjs';

const ORGANIZATIONS = ['acme', 'globex', 'initech', 'umbrella'];
const EVENTS = 6; // Of each organization.

/** A small generator of random numbers, so that a seed gives the same run. */
function randomOf(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const WAYS = [
  (req, res) => res.writeHead(200).end(), (req, res) => res.writeHead(204).end(),
  (req, res) => res.writeHead(500).end('no'), (req, res) => res.writeHead(302, { location: '/' }).end(),
  (req, res) => res.writeHead(429, { 'retry-after': '3' }).end(), (req) => req.socket.destroy(), () => {},
];

/** Posts all events. Returns {desk, taken, letters}: the IDs that the receiver took, and the dead letters. */
async function run(seed) {
  const random = randomOf(seed);
  const [desk, receiver] = [new Desk(), await new Receiver().listen()];
  desk.time.random = random;
  const taken = [];
  receiver.answer = (req, res, { data }) => {
    const way = WAYS[Math.floor(random() * WAYS.length)];
    if (way === WAYS[0] || way === WAYS[1]) taken.push(data.id);
    way(req, res);
  };
  const settings = desk.settings([receiver.url], ({ retries }) => { retries.attempts = 3; });
  let running = desk.start(settings);
  for (let i = 1; i <= EVENTS; i++) desk.events.add(...ORGANIZATIONS.map((organization) => eventOf(organization, i)));
  for (let rounds = 0; desk.events.of('webhooks.a').length < ORGANIZATIONS.length * EVENTS; rounds++) {
    assert.ok(rounds < 2000, `seed ${seed}: it does not end`);
    await settle();
    await desk.time.advance(1000 + random() * 5000);
    if (random() < 0.1) {
      const stopped = running.stop();
      await settle();
      await desk.time.advance(20_000);
      await stopped;
      running = desk.start(settings);
    }
  }
  const letters = new Store(settings.folder, 1000).list().map(({ id }) => id);
  await desk.close();
  await receiver.close();
  return { desk, taken, letters };
}

test('each event is taken or a dead letter, and first taken in the order of its organization', async () => {
  for (let seed = 1; seed <= 6; seed++) {
    const { desk, taken, letters } = await run(seed);
    for (const organization of ORGANIZATIONS) {
      const own = (ids) => ids.filter((id) => id.startsWith(organization));
      const all = Array.from({ length: EVENTS }, (_, i) => `${organization}-${i + 1}`);
      assert.deepEqual(own(desk.events.of('webhooks.a')), all, `seed ${seed}`);
      const first = [...new Set(own(taken))];
      assert.deepEqual(first, all.filter((id) => first.includes(id)), `seed ${seed}`);
      for (const id of all) assert.ok(taken.includes(id) || letters.includes(id), `seed ${seed}: ${id} is lost`);
    }
  }
});
