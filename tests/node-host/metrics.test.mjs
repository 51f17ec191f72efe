// SPDX-License-Identifier: MIT
// What the package tells of the plugins in numbers.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { join } from 'node:path';
import { metricsOf } from '../../examples/node-host/lib/metrics.js';
import { ACTOR, ask, Bench, graphql, root } from './support.mjs';

const CREATE = 'mutation ($id: ID!) { integrationCreate(input: {organizationId: $id, title: "x"}) { integration { id } } }';
const ID = 'org.gql-integrations.integrations';

/** The point of a metric with these attributes; undefined: there is none. */
function pointOf(metrics, name, attributes) {
  const wanted = JSON.stringify(Object.entries(attributes).sort());
  return metrics.find((metric) => metric.name === name).points
    .find((point) => JSON.stringify(Object.entries(point.attributes).sort()) === wanted);
}

const created = (metrics) => pointOf(metrics, 'graphql.plugin.call.duration', { 'graphql.plugin.id': ID, 'graphql.field': 'Mutation.integrationCreate' })?.count ?? 0;

test('metrics count what was called, by plugin', async (t) => {
  const plugins = await new Bench(t, 'integrations', 'hello').load();
  const before = created(plugins.metrics()); // The process's: other tests may have counted.
  for (let i = 0; i < 3; i++) await ask(plugins, CREATE, { variables: { id: 'acme' } });
  // The thread that has answered the last call may not have returned from it yet.
  const underWay = () => pointOf(plugins.metrics(), 'graphql.plugin.calls', { 'graphql.plugin.id': ID }).value
    + pointOf(plugins.metrics(), 'graphql.host.calls', {}).value;
  for (let i = 0; i < 1000 && underWay() > 0; i++) await setTimeout(10);
  const metrics = plugins.metrics();
  assert.equal(created(metrics) - before, 3);
  assert.equal(pointOf(metrics, 'graphql.plugin.calls', { 'graphql.plugin.id': ID }).value, 0);
  assert.equal(pointOf(metrics, 'graphql.plugin.health', { 'graphql.plugin.id': ID }).value, 0);
  assert.equal(pointOf(metrics, 'graphql.host.calls', {}).value, 0);
  assert.equal(pointOf(metrics, 'graphql.host.plugin.loads', {}).value, 2);
});

test('metrics are those of the page', async (t) => {
  const plugins = await new Bench(t).load();
  const page = readFileSync(join(root, 'plugin/metrics.md'), 'utf8');
  const rows = [...page.split('<!-- metrics: gateway -->')[0].matchAll(/^\| `([\w.]+)` \| (\w+) \| `(.+?)` \| .* \| (.+) \|$/gm)].map(([, ...cells]) => cells);
  const served = plugins.metrics().map(({ name, kind, unit, description }) => [name, kind, unit, description]);
  assert.deepEqual(served.map(String).sort(), rows.map(String).sort());
});

test('organizations are told apart only if the host asks, up to its number', async (t) => {
  const bench = new Bench(t);
  const config = { database: { root: bench.folder } };
  const plugins = await bench.load({ settings: { 'integrations.so': { required: true, config } } });
  for (const id of ['acme', 'beta', 'gamma']) await ask(plugins, CREATE, { variables: { id } });
  const organizations = (options) => {
    const { points } = plugins.metrics(options).find(({ name }) => name === 'graphql.plugin.database.size');
    return [...new Set(points.map(({ attributes }) => attributes['graphql.organization']))].sort();
  };
  assert.deepEqual(organizations(), [undefined]);
  assert.deepEqual(organizations({ organizations: 3 }), ['acme', 'beta', 'gamma']);
  assert.equal(organizations({ organizations: 2 }).length, 3);
  assert.ok(organizations({ organizations: 2 }).includes('_OTHER'));
  for (const wrong of [-1, 1.5, '3', 10_001]) assert.throws(() => plugins.metrics({ organizations: wrong }), /organizations must be a whole number/);
});

test('instances of keys are added up', async (t) => {
  const bench = new Bench(t);
  const config = (key) => ({ organization: key, database: { path: join(bench.folder, `${key}.db`) } });
  const plugins = await bench.load({ settings: {}, instances: { key: ({ tenant }) => tenant, config } });
  for (const tenant of ['acme', 'beta', 'gamma']) {
    const contextValue = { actor: ACTOR, tenant, plugins, pluginRequest: plugins.request({ actor: ACTOR, source: 'internal' }) };
    const result = await graphql.graphql({ schema: plugins.schema, source: CREATE, variableValues: { id: tenant }, contextValue });
    assert.equal(result.errors, undefined);
  }
  assert.equal(pointOf(plugins.metrics(), 'graphql.plugin.databases', { 'graphql.plugin.id': ID, 'graphql.plugin.state': 'active' }).value, 3);
  const sizes = (organizations) => plugins.metrics({ organizations }).find(({ name }) => name === 'graphql.plugin.database.size').points;
  const sum = (points) => points.reduce((bytes, { value }) => bytes + value, 0);
  assert.equal(sizes(0).length, 2);
  assert.equal(sizes(1).length, 4);
  assert.equal(sizes(3).length, 6);
  assert.equal(sum(sizes(0)), sum(sizes(1)));
  assert.equal(sum(sizes(0)), sum(sizes(3)));
  assert.deepEqual([...new Set(sizes(1).map(({ attributes }) => attributes['graphql.organization']))], ['acme', '_OTHER']);
});

test('of gauges the worst of all instances counts, and organizations are told apart', () => {
  const json = (age, expiry, organization) => JSON.stringify([
    { name: 'age', kind: 'gauge', unit: 's', description: '', points: [{ attributes: {}, value: age }] },
    { name: 'expiry', kind: 'gauge', worst: 'lowest', unit: 's', description: '',
      points: [{ attributes: organization === undefined ? {} : { 'graphql.organization': organization }, value: expiry }] },
  ]);
  const metrics = (organizations) => metricsOf({
    runtime: undefined,
    native: {
      runtimeMetrics: () => '[]',
      libraryMetrics: () => '[]',
      poolMetrics: (target, each) => [[1, 20, 'a'], [3, -5, 'b'], [2, 10, 'c']].map(([age, expiry, id]) => ({ json: json(age, expiry, each ? id : undefined) })),
    },
    plugins: [{ keyOf: () => {}, about: { id: ID } }],
  }, [], { organizations });
  const of = (organization) => ({ 'graphql.plugin.id': ID, 'graphql.organization': organization });
  assert.equal(pointOf(metrics(0), 'age', { 'graphql.plugin.id': ID }).value, 3);
  assert.equal(pointOf(metrics(0), 'expiry', { 'graphql.plugin.id': ID }).value, -5);
  assert.equal(pointOf(metrics(1), 'expiry', of('a')).value, 20);
  assert.equal(pointOf(metrics(1), 'expiry', of('_OTHER')).value, -5);
});

test('after close, there are none of plugins', async (t) => {
  const plugins = await new Bench(t).load();
  await plugins.close();
  assert.deepEqual(plugins.metrics().map(({ name, points }) => [name, points]), [['graphql.plugin.health', []]]);
});
