// SPDX-License-Identifier: MIT
// How a gateway ends: in time, and without resetting a client that keeps to HTTP.
import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { holdLock } from '../conformance/runner/database.mjs';
import { Sandbox } from './harness.mjs';

const CLIENTS = 64;
const QUERY = JSON.stringify({ query: '{ me { id } }' });

let sandbox;

before(() => { sandbox = new Sandbox(); });
after(() => sandbox?.remove());

/** Sends a request on a connection that is kept. Resolves to {status, closes}. */
function ask(url, agent) {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers: { 'content-type': 'application/json' } }, (res) => {
      res.resume();
      res.once('error', reject);
      res.once('end', () => resolve({ status: res.statusCode, closes: res.headers.connection === 'close' }));
    });
    sent.once('error', reject);
    sent.end(QUERY);
  });
}

/** A client on one connection: asks again and again, until it is told that the connection closes. */
async function client(url, pause, statuses) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (;;) {
    const { status, closes } = await ask(url, agent);
    statuses.push(status);
    if (closes) break;
    await sleep(pause);
  }
  agent.destroy();
}

test('of 64 clients on kept connections, none is reset when the gateway ends', async () => {
  const gateway = await sandbox.start((config) => { config.shutdown = { idleSeconds: 20 }; });
  const statuses = Array.from({ length: CLIENTS }, () => []);
  const clients = statuses.map((own, i) => client(gateway.url, i % 8 * 10, own));
  while (!statuses.every((own) => own.length > 1)) await sleep(10);
  const end = gateway.stop();
  await Promise.all(clients); // A reset rejects.
  assert.deepEqual(await end, { code: 0, signal: null });
  assert.ok(statuses.every((all) => all.slice(0, -1).every((status) => status === 200)), 'all were served before');
  assert.ok(statuses.every((all) => [200, 503].includes(all.at(-1))));
});

test('while it ends, a gateway is live but not ready, and rejects what is new', async () => {
  const gateway = await sandbox.start((config, own) => {
    config.shutdown = { idleSeconds: 20 };
    config.metrics = { port: 0 };
    own.database.path = sandbox.path('ending.db');
  });
  const watch = /metrics at (http:[^\s"]+)/.exec(gateway.log)[1];
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  await gateway.create('acme', 'before');
  assert.equal((await ask(gateway.url, agent)).status, 200);
  const release = await holdLock(sandbox.path('ending.db'));
  const created = gateway.create('acme', 'under way');
  await sleep(200);
  const end = gateway.stop();
  while (!gateway.log.includes('stopping')) await sleep(10);
  const ready = await fetch(new URL('/health/ready', watch));
  assert.deepEqual([ready.status, (await ready.json()).status], [503, 'stopping']);
  assert.equal((await fetch(new URL('/health/live', watch))).status, 200);
  assert.deepEqual(await ask(gateway.url, agent), { status: 503, closes: true });
  await release();
  assert.equal((await created).title, 'under way');
  agent.destroy();
  await end;
});

test('a gateway ends in the configured time although another process holds its database', async () => {
  const gateway = await sandbox.start((config, own) => {
    config.shutdown = { seconds: 2, idleSeconds: 0 };
    config.requestTimeoutMilliseconds = 0;
    own.database = { path: sandbox.path('held.db'), busyTimeoutMilliseconds: 60_000 };
  });
  await gateway.create('acme', 'before');
  const release = await holdLock(sandbox.path('held.db'));
  try {
    const lost = gateway.create('acme', 'never').catch((error) => error);
    await sleep(200);
    const ended = await Promise.race([gateway.stop(), sleep(30_000, 'still there', { ref: false })]);
    assert.deepEqual(ended, { code: 1, signal: null });
    assert.match(gateway.log, /not stopped within 2 s/);
    assert.ok(await lost instanceof Error);
  } finally {
    await release();
    await gateway.stop('SIGKILL');
  }
});

