// SPDX-License-Identifier: MIT
// Interfaces and unions: the host loads objects by ID and resolves their types.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACTOR, ask, Bench, create, dataOf } from './support.mjs';
import { executableHostSchema, hostResolvers } from '../../examples/demo-host/index.js';
import { organizationsOf } from '../../examples/demo-host/host-schema.js';

const NOBODY = '01900000-0000-8000-801f-494e54470000';

function demoSchema() {
  return executableHostSchema(hostResolvers(organizationsOf([{ id: 'acme', title: 'Acme' }])));
}

async function demo(t, ...names) {
  return new Bench(t, ...names).load({ schema: demoSchema(), references: { Organization: (id) => ({ __typename: 'Organization', id, title: `<${id}>` }) } });
}

test('node and nodes', async (t) => {
  const plugins = await demo(t);
  const id = await create(plugins, 'A');
  const data = await dataOf(plugins, `{
    node(id: "${id}") { __typename id ... on Integration { title organization { title } } ... on Organization { country } }
    nodes(ids: ["acme", "${NOBODY}", "${id}", "user:ada"]) { __typename id ... on Titled { title } ... on Versioned { version } }
  }`);
  assert.deepEqual(data.node, { __typename: 'Integration', id, title: 'A', organization: { title: '<acme>' } });
  assert.deepEqual(data.nodes, [
    { __typename: 'Organization', id: 'acme', title: 'Acme', version: 1 },
    null,
    { __typename: 'Integration', id, title: 'A', version: 1 },
    { __typename: 'User', id: 'user:ada', title: 'ada' },
  ]);
});

test('a list of actors, some the host\'s and some the plugin\'s', async (t) => {
  const plugins = await demo(t);
  const ids = [await create(plugins, 'A'), 'user:ada', await create(plugins, 'B'), NOBODY];
  const { actors } = await dataOf(plugins, 'query($ids: [ID!]!) { actors(ids: $ids) { __typename title ... on Integration { isActive } } }',
    { variables: { ids } });
  assert.deepEqual(actors, [{ __typename: 'Integration', title: 'A', isActive: true }, { __typename: 'User', title: 'ada' },
    { __typename: 'Integration', title: 'B', isActive: true }, null]);
});

test('me is the integration that asks if it may read itself, otherwise a user, otherwise null', async (t) => {
  const plugins = await demo(t);
  const id = await create(plugins, 'Robot');
  const me = async (actor) => (await dataOf(plugins, '{ me { __typename title } }', { actor })).me;
  assert.deepEqual(await me({ id, grants: [{ organizationId: 'acme', actions: ['READ'] }] }), { __typename: 'Integration', title: 'Robot' });
  assert.deepEqual(await me({ id, grants: [{ organizationId: 'globex', actions: ['READ'] }] }), { __typename: 'User', title: id });
  assert.deepEqual(await me({ id: 'user:ada', grants: [] }), { __typename: 'User', title: 'ada' });
  assert.equal(await me(null), null);
});

test('abstract results of a plugin\'s own fields', async (t) => {
  const plugins = await demo(t, 'integrations', 'workshop');
  const data = await dataOf(plugins, `{
    things { __typename ... on Gadget { id shout(mark: "?") } ... on Widget { width } }
    named { __typename name }
  }`);
  assert.deepEqual(data.things, [{ __typename: 'Gadget', id: 'gadget:1', shout: 'gadget gadget:1?' }, { __typename: 'Widget', width: 3 }]);
  assert.deepEqual(data.named.map((each) => each.__typename), ['Gadget', 'Widget']);
});

test('the IDs of one turn of the event loop go into one call, whichever field asks', async (t) => {
  const plugins = await demo(t, 'integrations', 'workshop');
  const query = `{
    a: node(id: "gadget:1") { ...Seen }
    b: node(id: "gadget:2") { id ...Seen }
    c: nodes(ids: ["gadget:3", "gadget:4", "gadget:1"]) { id ... on Gadget { name } ...Seen }
  } fragment Seen on Gadget { call }`;
  const { a, b, c } = await dataOf(plugins, query);
  assert.deepEqual([a, b], [{ call: 1 }, { id: 'gadget:2', call: 1 }]);
  assert.deepEqual(c, ['gadget:3', 'gadget:4', 'gadget:1'].map((id) => ({ id, name: `gadget ${id}`, call: 1 })));
  assert.equal((await dataOf(plugins, query)).a.call, 2);
});

test('a field beside a shared fragment is loaded', async (t) => {
  const plugins = await demo(t, 'integrations', 'workshop');
  const id = await create(plugins, 'Maker');
  const fields = ['a: gadget(id: "ID") { ...Shared maker { title } }', 'b: gadget(id: "ID") { ...Shared }'];
  for (const order of [fields, [...fields].reverse()]) {
    const data = await dataOf(plugins, `{ ${order.join(' ').replaceAll('ID', `gadget:${id}`)} } fragment Shared on Gadget { maker { id } }`);
    assert.deepEqual(data, { a: { maker: { id, title: 'Maker' } }, b: { maker: { id } } });
  }
});

test('requests do not share batches', async (t) => {
  const plugins = await demo(t);
  const id = await create(plugins, 'A');
  const query = `{ node(id: "${id}") { id } }`;
  const stranger = { id: 'user:eve', grants: [] };
  const [mine, theirs] = await Promise.all([dataOf(plugins, query), dataOf(plugins, query, { actor: stranger })]);
  assert.deepEqual([mine.node, theirs.node], [{ id }, null]);
  const nobody = await ask(plugins, query, { actor: null });
  assert.equal(nobody.errors[0].extensions.code, 'UNAUTHORIZED');
});

test('references to the type of another plugin are loaded from it, lists in one call', async (t) => {
  const plugins = await demo(t, 'integrations', 'workshop');
  const id = await create(plugins, 'Maker');
  const { gadget } = await dataOf(plugins, `{ gadget(id: "gadget:${id}") { maker { title organization { title } } users { title } } }`);
  assert.deepEqual(gadget, { maker: { title: 'Maker', organization: { title: '<acme>' } }, users: [{ title: 'Maker' }, null, null] });
});

test('a reference that the host completes is the host\'s, and gets the context', async (t) => {
  const seen = [];
  const plugins = await new Bench(t).load({ schema: 'type Query { x: Int } interface Node { id: ID! } type Organization implements Node { id: ID! name: String }',
    references: { Organization: async (id, context, info) => { seen.push([context.actor, info.fieldName]); return { id, name: `<${id}>` }; } } });
  await create(plugins, 'A');
  const { integrations } = await dataOf(plugins, '{ integrations(organizationId: "acme") { nodes { organization { name } } } }');
  assert.deepEqual(integrations.nodes, [{ organization: { name: '<acme>' } }]);
  assert.deepEqual(seen, [[ACTOR, 'organization']]);
});

test('the host\'s own resolveType does not see objects that plugins load', async (t) => {
  const schema = demoSchema();
  const asked = [];
  for (const name of ['Node', 'Actor']) {
    schema.getType(name).resolveType = ({ __typename }) => {
      asked.push(__typename);
      return __typename === 'Organization' ? 'Organization' : 'User';
    };
  }
  const plugins = await new Bench(t).load({ schema });
  const id = await create(plugins, 'A');
  const { nodes, actors } = await dataOf(plugins, `{ nodes(ids: ["acme", "${id}"]) { __typename } actors(ids: ["user:ada", "${id}"]) { __typename } }`);
  assert.deepEqual([nodes, actors], [[{ __typename: 'Organization' }, { __typename: 'Integration' }], [{ __typename: 'User' }, { __typename: 'Integration' }]]);
  assert.deepEqual(asked.sort(), ['Organization', 'User']);
});
