// SPDX-License-Identifier: MIT
// An instance for each key of the host: the option `instances`.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { ACTOR, Bench, graphql } from './support.mjs';

const PATIENCE = 20_000; // Milliseconds.
const COUNT = 'query($of: ID!) { integrations(organizationId: $of) { total { count } } }';
const CREATE = 'mutation($of: ID!) { integrationCreate(input: { organizationId: $of, title: "T" }) { integration { id } } }';

/** A database for each tenant, in a file of its own. */
function filesOf(bench, given = {}) {
  return { key: ({ tenant }) => tenant, config: (tenant) => ({ database: { path: join(bench.folder, `${tenant}.db`) } }), ...given };
}

async function askAs(plugins, tenant, source, variables = undefined) {
  const contextValue = { tenant, pluginRequest: plugins.request({ actor: ACTOR, source: 'internal' }) };
  const result = await graphql.graphql({ schema: plugins.schema, source, contextValue, variableValues: { of: 'acme', ...variables } });
  return JSON.parse(JSON.stringify(result));
}

async function createAs(plugins, tenant, of = 'acme') {
  const { data, errors } = await askAs(plugins, tenant, CREATE, { of });
  assert.equal(errors, undefined);
  return data.integrationCreate.integration.id;
}

async function countAs(plugins, tenant, of = 'acme') {
  const { data, errors } = await askAs(plugins, tenant, COUNT, { of });
  assert.equal(errors, undefined);
  return data.integrations.total.count;
}

/** Waits until what `read` promises is this. */
async function eventually(read, expected) {
  for (const end = performance.now() + PATIENCE; performance.now() < end && !isDeepStrictEqual(await read(), expected);) await sleep(20);
  assert.deepEqual(await read(), expected);
}

async function until(condition) {
  for (const end = performance.now() + PATIENCE; performance.now() < end;) {
    if (condition()) return;
    await new Promise((resolve) => { setTimeout(resolve, 5); });
  }
  assert.fail(`never: ${condition}`);
}

const statesOf = (plugins) => Object.fromEntries(plugins.instances.list().map(({ key, state }) => [key, state]));
const codeOf = ({ errors }) => errors?.[0].extensions.code;

test('each key has an instance of its own, which its first call creates', async (t) => {
  const bench = new Bench(t);
  const plugins = await bench.load({ instances: filesOf(bench) });
  assert.deepEqual(plugins.instances.list(), []);
  const tenants = Array.from({ length: 60 }, (_, i) => ['red', 'green', 'blue'][i % 3]);
  const ids = await Promise.all(tenants.map((tenant) => createAs(plugins, tenant)));
  assert.equal(new Set(ids).size, 60);
  for (const tenant of ['red', 'green', 'blue']) assert.equal(await countAs(plugins, tenant), 20);
  assert.equal(await countAs(plugins, 'yellow'), 0);
  await until(() => statesOf(plugins).yellow === 'open'); // A call that waited may be answered before that.
  assert.deepEqual(plugins.instances.list()[0], { plugin: 'org.gql-integrations.integrations', key: 'blue', state: 'open', calls: 0, waiting: 0, failure: null });
  assert.deepEqual(statesOf(plugins), { blue: 'open', green: 'open', red: 'open', yellow: 'open' });
  assert.deepEqual(plugins.health(), [{ id: 'org.gql-integrations.integrations', status: 'ok', reason: '' }]);
});

test('objects are loaded from the instance of the key', async (t) => {
  const bench = new Bench(t);
  const plugins = await bench.load({ schema: 'type Query { node(id: ID!): Node } interface Node { id: ID! }', instances: filesOf(bench) });
  plugins.schema.getQueryType().getFields().node.resolve = (source, { id }, context, info) => plugins.load(id, context, info);
  const id = await createAs(plugins, 'red');
  const NODE = 'query($id: ID!) { node(id: $id) { id } }';
  assert.deepEqual((await askAs(plugins, 'red', NODE, { id })).data, { node: { id } });
  assert.deepEqual((await askAs(plugins, 'green', NODE, { id })).data, { node: null });
});

test('instances bound to one organization each and one instance for all serve the same files', async (t) => {
  const bench = new Bench(t);
  const database = { root: join(bench.folder, 'tenants') };
  mkdirSync(database.root);
  const settings = { 'integrations.so': { required: true, config: { database } } };
  const each = await bench.load({ settings, instances: { key: ({ tenant }) => tenant, config: (organization) => ({ organization }) } });
  for (const tenant of ['red', 'green', 'green']) await createAs(each, tenant, tenant);
  assert.equal(await countAs(each, 'green', 'green'), 2);
  assert.notEqual(codeOf(await askAs(each, 'red', CREATE, { of: 'green' })), undefined);
  await each.close();
  const all = await bench.load({ settings });
  assert.deepEqual([await countAs(all, undefined, 'red'), await countAs(all, undefined, 'green')], [1, 2]);
});

test('a key is suspended, resumed and closed', async (t) => {
  const bench = new Bench(t);
  const plugins = await bench.load({ instances: filesOf(bench) });
  await createAs(plugins, 'red');
  await createAs(plugins, 'green');
  plugins.instances.suspend('red');
  assert.equal(codeOf(await askAs(plugins, 'red', COUNT)), 'SERVICE_UNAVAILABLE');
  assert.equal(await countAs(plugins, 'green'), 1);
  await until(() => statesOf(plugins).red === 'suspended');
  plugins.instances.resume('red');
  assert.equal(await countAs(plugins, 'red'), 1);
  plugins.instances.close('red');
  await until(() => statesOf(plugins).red === undefined);
  assert.equal(await countAs(plugins, 'red'), 1);
  for (const wrong of ['', 7, undefined, 'x'.repeat(1025), '\ud800']) {
    assert.throws(() => plugins.instances.suspend(wrong), /The key must be a string of 1 to 1024 bytes/);
  }
});

const LOCK = `
import fcntl, struct, sys
whole = struct.pack('hhqqi4x', fcntl.F_WRLCK, 0, 0, 0, 0)
try:
    fcntl.fcntl(open(sys.argv[1], 'r+'), 37, whole)  # F_OFD_SETLK
    print('free')
except OSError:
    print('held')
`;

test('the suspension of a key and that of an organization in its lease stand side by side', async (t) => {
  const bench = new Bench(t);
  const database = { root: join(bench.folder, 'tenants') };
  mkdirSync(database.root);
  const settings = { 'integrations.so': { required: true, config: { database } } };
  const plugins = await bench.load({ settings, instances: { key: ({ tenant }) => tenant, config: (organization) => ({ organization }) } });
  await createAs(plugins, 'red', 'red');
  const lease = join(database.root, readdirSync(database.root)[0], 'red/lease');
  const lock = () => execFileSync('python3', ['-c', LOCK, lease], { encoding: 'utf8' }).trim();
  const says = async () => [codeOf(await askAs(plugins, 'red', COUNT, { of: 'red' })), codeOf(await askAs(plugins, 'red', CREATE, { of: 'red' }))].join();
  assert.deepEqual([await says(), lock()], [',', 'held']);
  plugins.instances.suspend('red');
  await until(() => statesOf(plugins).red === 'suspended');
  assert.deepEqual([await says(), lock()], ['SERVICE_UNAVAILABLE,SERVICE_UNAVAILABLE', 'free']); // The files may be moved.
  writeFileSync(lease, 'suspended');
  plugins.instances.resume('red');
  await eventually(says, ',SERVICE_UNAVAILABLE'); // The lease goes on, for changes.
  plugins.instances.suspend('red');
  writeFileSync(lease, 'active');
  assert.equal(await says(), 'SERVICE_UNAVAILABLE,SERVICE_UNAVAILABLE');
  plugins.instances.resume('red');
  await eventually(says, ',');
});

test('idle instances beyond maxIdle are let go', async (t) => {
  const bench = new Bench(t);
  const plugins = await bench.load({ instances: filesOf(bench, { maxIdle: 2 }) });
  for (let i = 0; i < 6; i++) await createAs(plugins, `t${i}`);
  await until(() => isDeepStrictEqual(statesOf(plugins), { t4: 'open', t5: 'open' }));
  assert.equal(await countAs(plugins, 't0'), 1);
});

test('an instance that can not be created is reported to the operator, and not tried with every call', async (t) => {
  const bench = new Bench(t);
  const lines = [];
  const asked = [];
  const config = (tenant) => {
    asked.push(tenant);
    if (tenant === 'nobody') throw new Error('there is no tenant nobody');
    return tenant === 'later' ? Promise.resolve({}) : { databse: {} };
  };
  const plugins = await bench.load({ log: (level, message) => lines.push(`${level} ${message}`), logLevel: 'warning', instances: filesOf(bench, { config }) });
  for (const tenant of ['wrong', 'nobody', 'later']) {
    for (const result of await Promise.all([1, 2, 3].map(() => askAs(plugins, tenant, COUNT)))) {
      assert.equal(codeOf(result), 'SERVICE_UNAVAILABLE');
      assert.doesNotMatch(result.errors[0].message, /databse|nobody|config/);
    }
  }
  assert.deepEqual(asked, ['wrong', 'nobody', 'later']);
  assert.deepEqual(statesOf(plugins), { wrong: 'failed', nobody: 'failed', later: 'failed' });
  await until(() => lines.length === 3);
  assert.match(lines[0], /^error no instance for the key wrong: .*databse: there is no such setting/);
  assert.match(lines[1], /^error no instance for the key nobody: Error: there is no tenant nobody$/);
  assert.match(lines[2], /^error no instance for the key later: .*instances\.config must return an object for org\.gql-integrations\.integrations$/);
  const [{ status, reason }] = plugins.health();
  assert.deepEqual([status, reason.split(':')[0]], ['degraded', 'No instance for later']);
});

test('the health is that of the instances together', async (t) => {
  const bench = new Bench(t);
  const plugins = await bench.load({ instances: filesOf(bench) });
  const health = () => plugins.health().map(({ status, reason }) => [status, reason.split(':')[0]])[0];
  for (const tenant of ['red', 'green']) await createAs(plugins, tenant);
  assert.deepEqual(health(), ['ok', '']);
  const move = (tenant, from, to) => renameSync(join(bench.folder, `${tenant}.db${from}`), join(bench.folder, `${tenant}.db${to}`));
  const codes = async () => Promise.all(['red', 'green'].map(async (tenant) => codeOf(await askAs(plugins, tenant, COUNT))));
  move('red', '', '.away');
  await eventually(codes, ['SERVICE_UNAVAILABLE', undefined]); // Not while a snapshot is kept.
  assert.deepEqual(health(), ['degraded', 'red']);
  move('green', '', '.away');
  await eventually(codes, ['SERVICE_UNAVAILABLE', 'SERVICE_UNAVAILABLE']);
  assert.deepEqual(health(), ['failed', 'green']);
  for (const tenant of ['red', 'green']) move(tenant, '.away', '');
  await eventually(codes, [undefined, undefined]);
  assert.deepEqual(health(), ['ok', '']);
});

test('the key is a text, or what the host throws', async (t) => {
  const bench = new Bench(t);
  const refuse = () => { throw new graphql.GraphQLError('Say who you are', { extensions: { code: 'UNAUTHENTICATED' } }); };
  const plugins = await bench.load({ instances: filesOf(bench, { key: ({ tenant }) => (tenant === undefined ? refuse() : tenant) }) });
  assert.equal(codeOf(await askAs(plugins, undefined, COUNT)), 'UNAUTHENTICATED');
  for (const wrong of ['', 7, null, 'x'.repeat(1025), '\ud800', Promise.resolve('red')]) {
    assert.match((await askAs(plugins, wrong, COUNT)).errors[0].message, /What instances\.key returns must be a string of 1 to 1024 bytes/);
  }
  assert.equal(await countAs(plugins, 'x'.repeat(200)), 0);
});

test('some plugins have an instance for each key, others one for all', async (t) => {
  const bench = new Bench(t, 'integrations', 'hello');
  const plugins = await bench.load({ instances: filesOf(bench, { plugins: ['integrations.so'] }) });
  assert.deepEqual((await askAs(plugins, undefined, '{ hello }')).data, { hello: 'Hello, world!' });
  await createAs(plugins, 'red');
  assert.deepEqual(plugins.instances.list().map(({ plugin, key }) => [plugin, key]), [['org.gql-integrations.integrations', 'red']]);
  const single = await new Bench(t).load();
  assert.equal(single.instances, undefined);
});

test('close completes the calls under way, and rejects those that wait and later ones', async (t) => {
  const bench = new Bench(t);
  const plugins = await bench.load({ instances: filesOf(bench) });
  await createAs(plugins, 'red');
  const underWay = Array.from({ length: 20 }, () => createAs(plugins, 'red'));
  const cold = Array.from({ length: 20 }, (_, i) => askAs(plugins, `cold${i}`, COUNT));
  const closed = plugins.close();
  assert.equal(codeOf(await askAs(plugins, 'red', COUNT)), 'SERVICE_UNAVAILABLE');
  assert.equal(new Set(await Promise.all(underWay)).size, 20);
  const codes = new Set((await Promise.all(cold)).map(codeOf));
  assert.ok(codes.has('SERVICE_UNAVAILABLE'));
  assert.deepEqual([...codes].filter((code) => code !== undefined), ['SERVICE_UNAVAILABLE']);
  await closed;
  assert.deepEqual([plugins.instances.list(), plugins.health()], [[], []]);
  plugins.instances.suspend('red');
});
