// SPDX-License-Identifier: MIT
// What a field's resolver gets of the value above it, and what the plugin above is asked for.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Bench, dataOf, graphql } from './support.mjs';

const HOST = `
  type Query { organization: Organization! node(id: ID!): Node }
  interface Node { id: ID! }
  type Organization implements Node { id: ID! title: String! secret: String! }
  type Integration { id: ID! }
`;

async function load(t, organization = { id: 'acme', title: 'Acme', secret: 'x' }) {
  const schema = graphql.buildSchema(HOST);
  const { organization: ours, node } = schema.getQueryType().getFields();
  ours.resolve = () => organization;
  node.resolve = (source, { id }, context, info) => plugins.load(id, context, info);
  const plugins = await new Bench(t, 'annex', 'workshop').load({ schema, settings: {} });
  return { plugins, schema: plugins.schema };
}

const above = async ({ plugins }, source) => JSON.parse((await dataOf(plugins, source)).organization.above);

test('a resolver gets what it requires, selected or not, and nothing else', async (t) => {
  const { plugins } = await load(t);
  const { gadget, a } = await dataOf(plugins, '{ gadget(id: "gadget:1") { shout call maker { id } } a: gadget(id: "gadget:1") { above } }');
  assert.deepEqual(gadget, { shout: 'gadget gadget:1!', call: 0, maker: { id: '1' } });
  assert.deepEqual(JSON.parse(a.above), { __typename: 'Gadget', id: 'gadget:1', name: 'gadget gadget:1' });
});

test('so does one on an object that was loaded, and one below an interface or a union', async (t) => {
  const { plugins } = await load(t);
  const { node, things, named } = await dataOf(plugins, `{
    node(id: "gadget:2") { ... on Gadget { shout } }
    things { ... on Gadget { shout(mark: "?") } ... on Widget { width } }
    named { ... on Gadget { above } }
  }`);
  assert.deepEqual([node, things], [{ shout: 'gadget gadget:2!' }, [{ shout: 'gadget gadget:1?' }, { width: 3 }]]);
  assert.deepEqual(Object.keys(JSON.parse(named[0].above)), ['__typename', 'name', 'id']);
});

test('a field with a resolver of its own is left out of what is asked for above it', async (t) => {
  const { plugins } = await load(t);
  const asked = async (fields) => (await dataOf(plugins, `{ gadget(id: "gadget:1") { ${fields} } }`)).gadget.asked;
  assert.equal(await asked('asked shout'), 'asked name');
  assert.equal(await asked('above asked id'), 'name id asked');
  assert.equal(await asked('asked ...F @include(if: true) } } fragment F on Gadget { x: shout ... { y: above'), 'asked name id');
  assert.equal(await asked('asked shout @skip(if: true) maker { id }'), 'asked maker (id)');
  const { things } = await dataOf(plugins, '{ things { ... on Gadget { asked shout } ... on Widget { name } } }');
  assert.equal(things[0].asked, 'asked name');
});

test('variables decide what is asked for, by the values of each request and by their defaults', async (t) => {
  const { plugins } = await load(t);
  const source = `query($a: Boolean!, $coerced: Boolean! = false, $sources: String! = "!") {
    gadget(id: "gadget:1") { asked id @include(if: $a) name @skip(if: $a) ... @include(if: $coerced) { shout(mark: $sources) } } }`;
  const asked = async (variables) => (await dataOf(plugins, source, { variables })).gadget.asked;
  assert.equal(await asked({ a: true }), 'asked id');
  assert.equal(await asked({ a: false }), 'asked name');
  assert.equal(await asked({ a: true, coerced: true, sources: '?' }), 'asked id name');
});

test('a resolver on a type of the host does not get the host\'s record', async (t) => {
  const bench = await load(t);
  assert.deepEqual(await above(bench, '{ organization { above secret } }'), { __typename: 'Organization', id: 'acme', title: 'Acme' });
});

test('the host\'s resolvers give what is required, and its scalars are written as in a response', async (t) => {
  const bench = await load(t, { id: 7, secret: 'x' });
  bench.schema.getType('Organization').getFields().title.resolve = async ({ id }, args, context, info) =>
    `${info.fieldName} of ${id} for ${context.actor.id}`;
  assert.deepEqual(await above(bench, '{ organization { above } }'), { __typename: 'Organization', id: '7', title: 'title of 7 for user:test' });
});

test('an error of a required field is the error of the field', async (t) => {
  const { plugins, schema } = await load(t);
  schema.getType('Organization').getFields().title.resolve = () => { throw new Error('no title'); };
  const contextValue = { pluginRequest: plugins.request({ actor: null }) };
  const { errors } = await graphql.graphql({ schema, source: '{ organization { above } }', contextValue });
  assert.deepEqual(errors.map(({ message, path }) => [message, path]), [['no title', ['organization', 'above']]]);
});

test('types that share a fragment may differ in its fields', async (t) => {
  const schema = `type Query { both: [Both!]! } interface Both { gadget: Thing_ } interface Thing_ { id: ID! }
    type A implements Both { gadget: B_ } type B implements Both { gadget: C_ } type B_ implements Thing_ { id: ID! b: Int }
    type C_ implements Thing_ { id: ID! c: Int }`;
  assert.deepEqual(graphql.validateSchema(graphql.buildSchema(schema)), []);
  const { lookAhead } = await import('../../examples/node-host/lib/selection.js');
  const built = graphql.buildSchema(schema);
  const made = [];
  const select = lookAhead({ makeSelection: (text) => made.push(text) }, new Map([['B_.id', ['b']], ['C_.id', ['c']]]), { check: () => {} });
  built.getQueryType().getFields().both.resolve = () => [{ __typename: 'A' }, { __typename: 'B' }];
  for (const type of ['A', 'B']) built.getType(type).getFields().gadget.resolve = (source, args, context, info) => { select(info); };
  await graphql.graphql({ schema: built, source: '{ both { ...F } } fragment F on Both { gadget { id } }' });
  assert.deepEqual(made, ['b ', 'c ']);
});
