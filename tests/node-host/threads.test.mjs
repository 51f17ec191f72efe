// SPDX-License-Identifier: MIT
// Worker threads, each with its own instances of one database.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { assertAllThere, Bench, dataOf } from './support.mjs';

const FILE = new URL('worker.mjs', import.meta.url);

/** Starts a worker. Returns it with the IDs that it created, and promises of its first messages and of its exit code. */
function start(bench, name, how, count, keys = 0) {
  const worker = new Worker(FILE, { workerData: { folder: bench.plugins, settings: bench.settings, name, how, count, keys } });
  const created = [];
  const loaded = once(worker, 'message');
  const answered = new Promise((resolve) => {
    worker.on('message', (message) => { if (message !== 'loaded') resolve(created.push(message.created)); });
  });
  const failed = once(worker, 'error').then(([error]) => { throw error; });
  const ended = Promise.race([once(worker, 'exit').then(([code]) => code), failed]);
  failed.catch(() => {});
  return { worker, created, loaded, answered, ended };
}

for (const how of ['and close', 'and leave it open']) {
  test(`six at once work ${how}, and end by themselves`, async (t) => {
    const bench = new Bench(t, 'integrations', 'workshop');
    const workers = Array.from({ length: 6 }, (_, i) => start(bench, `w${i}`, how, 20));
    assert.deepEqual(await Promise.all(workers.map(({ ended }) => ended)), [0, 0, 0, 0, 0, 0]);
    const ids = workers.flatMap(({ created }) => created);
    assert.equal(new Set(ids).size, 120);
    await assertAllThere(bench, ids);
  });
}

for (const keys of [0, 3]) {
  test(`terminated in the middle of calls, with ${keys} instances by key, nothing acknowledged is lost`, async (t) => {
    const bench = new Bench(t, 'integrations', 'workshop');
    const ids = [];
    for (let round = 0; round < 5; round++) {
      const workers = [start(bench, `a${round}`, 'until terminated', Infinity, keys), start(bench, `b${round}`, 'until terminated', Infinity, keys)];
      await Promise.all(workers.map(({ loaded }) => loaded));
      await Promise.race(workers.flatMap(({ answered, ended }) => [answered, ended]));
      await new Promise((resolve) => { setTimeout(resolve, 20 + 20 * round); });
      assert.deepEqual(await Promise.all(workers.map(({ worker }) => worker.terminate())), [1, 1]);
      ids.push(...workers.flatMap(({ created }) => created));
    }
    assert.ok(ids.length > 0);
    await assertAllThere(bench, ids);
  });
}

test('terminated while it loads', async (t) => {
  const bench = new Bench(t, 'integrations', 'workshop');
  for (let round = 0; round < 10; round++) {
    const { worker } = start(bench, 'x', 'and close', 1);
    await new Promise((resolve) => { setTimeout(resolve, 10 * round); });
    await worker.terminate();
  }
  await assertAllThere(bench, []);
});

test('beside the main thread', async (t) => {
  const bench = new Bench(t, 'integrations', 'workshop');
  const plugins = await bench.load();
  const { ended, created } = start(bench, 'w', 'and close', 10);
  await Promise.all(Array.from({ length: 10 }, () => dataOf(plugins, '{ integrations(organizationId: "acme") { total { count } } }')));
  assert.equal(await ended, 0);
  assert.equal((await dataOf(plugins, '{ integrations(organizationId: "acme") { total { count } } }')).integrations.total.count, created.length);
});
