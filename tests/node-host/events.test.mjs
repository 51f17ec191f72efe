// SPDX-License-Identifier: MIT
// Pages of events, and their delivery to consumers.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Bench, create } from './support.mjs';

const CHILD = fileURLToPath(new URL('claimer.mjs', import.meta.url));

function contextOf(plugins, grants) {
  return { pluginRequest: plugins.request({ actor: { id: 'ada', grants } }) };
}

/** Takes so many events, and goes away as `break` does. */
async function take(plugins, count, options = {}) {
  const taken = [];
  for await (const event of plugins.events({ consumer: 'hooks', ...options })) {
    taken.push(event);
    if (taken.length === count) break;
  }
  return taken;
}

function namesOf(events) {
  return events.map(({ organizationId, sequence }) => `${organizationId} ${sequence}`);
}

test('a page has the events that the grants of the request allow', async (t) => {
  const plugins = await new Bench(t).load();
  assert.equal(plugins.eventsPlugin, 'org.gql-integrations.integrations');
  for (const title of ['A', 'B', 'C']) await create(plugins, title);
  const context = contextOf(plugins, [{ organizationId: 'acme', actions: ['READ'] }]);
  const page = await plugins.readEvents({ organizationId: 'acme', backward: true, limit: 2 }, context);
  assert.deepEqual(page.events.map(({ sequence, eventType, data }) => [sequence, eventType, data.title.new]), [[3, 'CREATED', 'C'], [2, 'CREATED', 'B']]);
  assert.equal(page.hasMore, true);
  const rest = await plugins.readEvents({ organizationId: 'acme', backward: true, before: page.position }, context);
  assert.deepEqual([namesOf(rest.events), rest.hasMore], [['acme 1'], false]);
  await assert.rejects(plugins.readEvents({ organizationId: 'globex' }, context), ({ extensions }) => extensions.code === 'PERMISSION_DENIED');
  await assert.rejects(plugins.readEvents({ organizationId: 'acme', limit: 0 }, context), ({ extensions }) => extensions.field === 'limit');
  await assert.rejects(plugins.readEvents(null, context), TypeError);
});

test('an event is acknowledged when the loop asks for the next one', async (t) => {
  const plugins = await new Bench(t).load();
  for (const title of ['A', 'B', 'C']) await create(plugins, title);
  assert.deepEqual(namesOf(await take(plugins, 2)), ['acme 1', 'acme 2']);
  assert.deepEqual(namesOf(await take(plugins, 2)), ['acme 2', 'acme 3'], 'the second was not done');
  assert.deepEqual(namesOf(await take(plugins, 1)), ['acme 3']);
});

test('what a loop throws at is delivered again, and acknowledge works inside it', async (t) => {
  const plugins = await new Bench(t).load();
  for (const title of ['A', 'B']) await create(plugins, title);
  await assert.rejects(async () => {
    for await (const event of plugins.events({ consumer: 'hooks' })) throw new Error(`no ${event.sequence}`);
  }, /no 1/);
  for await (const event of plugins.events({ consumer: 'hooks' })) {
    assert.equal(event.sequence, 1);
    await event.acknowledge();
    break;
  }
  assert.deepEqual(namesOf(await take(plugins, 1)), ['acme 2']);
});

test('a loop that waits is woken by a change, and ends with its signal', async (t) => {
  const plugins = await new Bench(t).load();
  const controller = new AbortController();
  const seen = [];
  const loop = (async () => {
    for await (const event of plugins.events({ consumer: 'hooks', signal: controller.signal })) {
      seen.push(event.data.title.new);
      if (seen.length < 3) create(plugins, String(seen.length));
      else controller.abort();
    }
  })();
  await create(plugins, '0');
  await loop;
  assert.deepEqual(seen, ['0', '1', '2']);
  assert.deepEqual(await take(plugins, 0, { signal: AbortSignal.abort() }), []);
});

test('close ends loops that wait, and gives back what is under way', async (t) => {
  const bench = new Bench(t);
  const plugins = await bench.load();
  const busy = plugins.events({ consumer: 'busy', manual: true });
  const waiting = plugins.events({ consumer: 'waiting' });
  await create(plugins, 'A');
  await Promise.all([busy.next(), waiting.next()]);
  const end = waiting.next();
  await plugins.close();
  assert.deepEqual(await end, { done: true, value: undefined });
  assert.deepEqual(await busy.next(), { done: true, value: undefined });
  const again = await bench.load();
  assert.deepEqual(namesOf(await take(again, 1, { consumer: 'busy' })), ['acme 1'], 'at once, not after the lease');
});

test('with manual, an organization whose events stay holds up no other one', async (t) => {
  const plugins = await new Bench(t).load();
  for (const id of ['acme', 'acme', 'globex', 'initech']) await create(plugins, 'A', id);
  const events = plugins.events({ consumer: 'hooks', manual: true, maxOrganizations: 2 });
  const taken = [];
  const next = async () => { taken.push((await events.next()).value); };
  while (new Set(taken.map(({ organizationId }) => organizationId)).size < 2) await next();
  const pending = next();
  const acme = taken.filter(({ organizationId }) => organizationId === 'acme');
  await Promise.all(taken.map((event) => event.acknowledge()));
  await pending;
  while (taken.length < 4) await next();
  assert.equal(new Set(namesOf(taken)).size, 4);
  assert.ok(acme.length !== 1 || taken.filter(({ organizationId }) => organizationId === 'acme').length === 2);
  await Promise.all(taken.slice(2).map((event) => event.acknowledge()));
  await events.return();
});

test('of two gateways on one database, one delivers each event', async (t) => {
  const bench = new Bench(t);
  const gateways = await Promise.all([bench.load(), bench.load()]);
  const controller = new AbortController();
  const seen = [];
  const loops = gateways.map(async (plugins) => {
    for await (const event of plugins.events({ consumer: 'hooks', signal: controller.signal, batchSize: 3 })) {
      seen.push(event.sequence);
      if (seen.length === 20) controller.abort();
    }
  });
  for (let i = 0; i < 20; i += 1) await create(gateways[i % 2], `T${i}`);
  await Promise.all(loops);
  assert.deepEqual(seen, Array.from({ length: 20 }, (each, i) => i + 1));
});

test('what a process that was killed has not acknowledged, another one delivers', async (t) => {
  const bench = new Bench(t);
  const plugins = await bench.load();
  for (const title of ['A', 'B']) await create(plugins, title);
  const child = spawn(process.execPath, [CHILD, bench.plugins, JSON.stringify(bench.settings)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface(child.stdout), 'line');
  assert.equal(line, 'acme 2');
  child.kill('SIGKILL');
  await once(child, 'close');
  assert.deepEqual(namesOf(await take(plugins, 2)), ['acme 1', 'acme 2']);
});

test('wrong options are named, and so is what is not offered', async (t) => {
  const plugins = await new Bench(t).load();
  const wrong = { consumer: 'a b', signal: 1, since: 'x', manual: 1, batchSize: 0, leaseMilliseconds: 1, maxOrganizations: 0, strange: 1 };
  for (const [name, value] of Object.entries(wrong)) {
    assert.throws(() => plugins.events({ consumer: 'hooks', [name]: value }), { name: 'TypeError', message: new RegExp(name) });
  }
  const without = await new Bench(t, 'hello').load({ settings: {} });
  assert.equal(without.eventsPlugin, null);
  assert.throws(() => without.events({ consumer: 'hooks' }), /no plugin offers events/);
  await assert.rejects(without.readEvents({ organizationId: 'acme' }, {}), /no plugin offers events/);
});

test('an instance for each key is read by key, and has no consumers', async (t) => {
  const bench = new Bench(t);
  const plugins = await bench.load({ instances: { key: () => 'acme', config: (organization) => ({ organization }) } });
  await create(plugins, 'A');
  const page = await plugins.readEvents({ organizationId: 'acme' }, contextOf(plugins, [{ organizationId: null, actions: ['READ'] }]));
  assert.deepEqual(namesOf(page.events), ['acme 1']);
  assert.throws(() => plugins.events({ consumer: 'hooks' }), /an instance for each key/);
});
