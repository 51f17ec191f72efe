// SPDX-License-Identifier: MIT
// An ID leads to the one type that claims it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, Bench, dataOf } from './support.mjs';
import { executableHostSchema, hostResolvers } from '../../examples/demo-host/index.js';
import { organizationsOf } from '../../examples/demo-host/host-schema.js';

const SEVERAL = 'The ID may belong to `Left` of the plugin org.example.annex and to `Right` of the plugin org.example.annex';

function load(t) {
  const schema = executableHostSchema(hostResolvers(organizationsOf([{ id: 'acme', title: 'Acme' }])));
  return new Bench(t, 'annex', 'integrations', 'workshop').load({ schema });
}

test('an ID that two types claim is an error that names both, although both know it', async (t) => {
  const plugins = await load(t);
  const { data, errors } = await ask(plugins, '{ one: node(id: "1") { __typename id } other: node(id: "right:1") { __typename id } }');
  assert.deepEqual(data, { one: null, other: { __typename: 'Right', id: 'right:1' } });
  assert.deepEqual(errors.map(({ message, path, extensions }) => ({ message, path, code: extensions.code })),
    [{ message: SEVERAL, path: ['one'], code: 'INTERNAL_ERROR' }]);
});

test('an ID that no type claims is null, and no plugin is asked', async (t) => {
  const plugins = await load(t);
  const { node, gadget } = await dataOf(plugins, '{ node(id: "nobody") { id } gadget: node(id: "gadget:1") { ... on Gadget { call } } }');
  assert.deepEqual([node, gadget], [null, { call: 1 }]);
});

test('nodes of several types, of none and of two', async (t) => {
  const plugins = await load(t);
  const ids = ['left:1', 'gadget:2', '7', 'nobody', 'right:3', 'acme', 'gadget:4'];
  const { data, errors } = await ask(plugins, 'query($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Gadget { call } } }', { variables: { ids } });
  assert.deepEqual(data.nodes, [
    { __typename: 'Left', id: 'left:1' }, { __typename: 'Gadget', id: 'gadget:2', call: 1 }, null, null, { __typename: 'Right', id: 'right:3' },
    { __typename: 'Organization', id: 'acme' }, { __typename: 'Gadget', id: 'gadget:4', call: 1 },
  ]);
  assert.deepEqual(errors.map(({ message, path }) => [message, path]), [[SEVERAL, ['nodes', 2]]]);
});

test('each type is asked only for the fields that its objects have', async (t) => {
  const plugins = await load(t);
  const { nodes } = await dataOf(plugins, `{
    nodes(ids: ["gadget:1", "left:1"]) { id ... on Gadget { asked } ... on Left { above } ... on Organization { country } }
  }`);
  assert.deepEqual(nodes, [{ id: 'gadget:1', asked: '__typename id asked' }, { id: 'left:1', above: '{"__typename":"Left","id":"left:1"}' }]);
});

test('after close an ID is answered like every other call', async (t) => {
  const plugins = await load(t);
  await plugins.close();
  const { errors } = await ask(plugins, '{ node(id: "gadget:1") { id } }');
  assert.equal(errors[0].extensions.code, 'SERVICE_UNAVAILABLE');
});
