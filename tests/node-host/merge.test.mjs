// SPDX-License-Identifier: MIT
// What a plugin adds depends on what the host defines. A plugin that conflicts is refused as a whole.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ask, Bench, create, dataOf, graphql, PluginRefused, PluginsMissing } from './support.mjs';

const { buildSchema, parse, printSchema, validateSchema } = graphql;
const richHost = readFileSync(new URL('../../examples/demo-host/host-schema.graphql', import.meta.url), 'utf8');
const COMMON = ['trim', 'Node', 'Titled', 'Versioned', 'Actor', 'Edge', 'Connection', 'PageInfo', 'CountInfo', 'CountPrecision', 'OrderDirection',
  'DeletePayload', 'Organization'];
const OWN = ['Integration', 'IntegrationConnection', 'IntegrationCreateInput', 'IntegrationDeleteInput', 'IntegrationEdge', 'IntegrationFilter',
  'IntegrationOrder', 'IntegrationOrderField', 'IntegrationPayload', 'IntegrationUpdateInput'];
const LIST = '{ integrations(organizationId: "acme") { nodes { title organization { __typename id } } } }';

/** Returns SDL without a member, and its description. */
function without(sdl, member) {
  const text = new RegExp(`"[^"\n]*"\\s+${member}`);
  assert.match(sdl, text);
  return sdl.replace(text, '');
}

/** Returns the names that a document defines, without the root types. */
function definedBy({ definitions }) {
  return definitions.filter((node) => !node.kind.endsWith('Extension') && !['Query', 'Mutation'].includes(node.name?.value))
    .map((node) => node.name.value).sort();
}


async function conflictsOf(t, schema) {
  const bench = new Bench(t);
  const error = await bench.load({ schema }).then(() => assert.fail('it was taken'), (reason) => reason);
  assert.ok(error instanceof PluginsMissing);
  assert.match(error.message, /Required plugins are not loaded: integrations\.so/);
  assert.equal(error.refused.length, 1);
  assert.ok(error.refused[0] instanceof PluginRefused);
  assert.match(error.refused[0].file, /integrations\.so$/);
  for (const reason of error.refused[0].reasons) assert.ok(error.message.includes(reason));
  return error.refused[0].reasons;
}

const forms = { text: (sdl) => sdl, document: (sdl) => parse(sdl), schema: (sdl) => buildSchema(sdl) };

for (const [form, make] of Object.entries(forms)) {
  test(`a host that owns all (as ${form}) takes the plugin's own part, and keeps its descriptions`, async (t) => {
    const plugins = await new Bench(t).load({ schema: make(richHost) });
    assert.deepEqual(definedBy(plugins.typeDefs), OWN);
    assert.deepEqual(validateSchema(plugins.schema), []);
    assert.equal(plugins.schema.getType('Node').description, 'An object with a globally unique ID.');
    assert.ok(plugins.schema.getType('Organization').getFields().settings);
    await create(plugins, 'A');
    assert.equal((await dataOf(plugins, LIST)).integrations.nodes[0].title, 'A');
  });
}

test('a host that owns nothing, not even a root, takes the common part too', async (t) => {
  const plugins = await new Bench(t).load();
  assert.deepEqual(definedBy(plugins.typeDefs), [...COMMON, ...OWN].sort());
  assert.deepEqual(validateSchema(plugins.schema), []);
  await create(plugins, 'A');
  assert.deepEqual((await dataOf(plugins, LIST)).integrations.nodes, [{ title: 'A', organization: { __typename: 'Organization', id: 'acme' } }]);
});

for (const [form, make] of Object.entries(forms)) {
  test(`a host that owns some (as ${form}) gets the difference, the root of mutations included`, async (t) => {
    const schema = make('type Query { hello: String } interface Node { id: ID! } type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! ' +
      'startCursor: String endCursor: String pages: Int } directive @trim on ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | FIELD_DEFINITION');
    const plugins = await new Bench(t).load({ schema });
    const owned = ['Node', 'PageInfo', 'trim'];
    assert.deepEqual(definedBy(plugins.typeDefs), [...COMMON.filter((name) => !owned.includes(name)), ...OWN].sort());
    assert.ok(plugins.schema.getMutationType().getFields().integrationCreate);
    assert.ok(plugins.schema.getQueryType().getFields().hello);
    await create(plugins, 'A');
  });
}

test('a host whose root types have other names gets conflicts', async (t) => {
  const reasons = await conflictsOf(t, 'schema { query: Root } type Root { hello: String }');
  assert.match(reasons.join('\n'), /extends the type `Query`, which neither side defines/);
});

test('a host that names its root types but none for mutations gets one', async (t) => {
  const plugins = await new Bench(t).load({ schema: 'schema { query: Query } type Query { hello: String }' });
  assert.equal(plugins.schema.getMutationType().name, 'Mutation');
  await create(plugins, 'A');
});

test('a common type of the host without a needed field is a conflict', async (t) => {
  const reasons = await conflictsOf(t, without(richHost, 'hasPreviousPage: Boolean!'));
  assert.deepEqual(reasons.filter((reason) => !/PageInfo/.test(reason)), []);
  assert.match(reasons.join('\n'), /`PageInfo` has no `hasPreviousPage: Boolean!`/);
});

test('a field of a common type with another type is a conflict', async (t) => {
  const reasons = await conflictsOf(t, richHost.replace('count: Int!', 'count: Float!'));
  assert.match(reasons.join('\n'), /`CountInfo\.count` is of type `Float!` in the host, but the plugin .* needs `Int!`/);
});

test('every conflict is reported, not only the first', async (t) => {
  const schema = without(without(richHost, 'hasPreviousPage: Boolean!'), 'AT_LEAST').replace('count: Int!', 'count: Float!')
    .replace('interface Titled', 'type Titled').replace('implements Actor & Node & Titled', 'implements Actor & Node')
    .replace('interface Actor implements Node & Titled', 'interface Actor implements Node').replace('type Organization implements Node & Titled', 'type Organization implements Node')
    .replace('  me: Actor\n', '  me: Actor\n  integration(id: ID!): String\n').concat('type IntegrationEdge { cursor: String! }');
  const reasons = (await conflictsOf(t, schema)).join('\n');
  for (const conflict of [/`PageInfo` has no `hasPreviousPage/, /`CountInfo\.count` is of type `Float!`/, /`CountPrecision` does not have the value `AT_LEAST`/,
    /`Titled` is of kind type in the host/, /`Query\.integration`.* is already defined/, /`IntegrationEdge`.* is already defined/]) assert.match(reasons, conflict);
});

test('the host may mention what only the plugin defines', async (t) => {
  const mentions = `${richHost} union Subject = User | Integration
    extend type Query { subject(id: ID!): Subject } type Audit { by: Integration at: String } extend type Query { audits: [Audit!]! }`;
  const plugins = await new Bench(t).load({ schema: mentions });
  assert.deepEqual(plugins.schema.getType('Subject').getTypes().map(String), ['User', 'Integration']);
  const id = await create(plugins, 'A');
  const fields = plugins.schema.getQueryType().getFields();
  fields.subject.resolve = (source, args, context, info) => plugins.load(args.id, context, info);
  assert.deepEqual((await dataOf(plugins, `{ subject(id: "${id}") { __typename ... on Integration { title } } }`)).subject,
    { __typename: 'Integration', title: 'A' });
});

test('a plugin may use what another plugin adds', async (t) => {
  const plugins = await new Bench(t, 'integrations', 'workshop').load();
  assert.deepEqual(plugins.about.map(({ id }) => id), ['org.gql-integrations.integrations', 'org.example.workshop']);
  assert.equal(definedBy(plugins.typeDefs).filter((name) => name === 'Node').length, 1);
  assert.deepEqual(validateSchema(plugins.schema), []);
});

test('a refused plugin that is not required is reported and left out', async (t) => {
  const bench = new Bench(t, 'integrations', 'workshop');
  const refused = [];
  const plugins = await bench.load({ schema: 'type Query { gadget: String }', refused: (error) => refused.push(error) });
  assert.equal(refused.length, 1);
  assert.match(refused[0].file, /workshop\.so$/);
  assert.match(refused[0].message, /`Query\.gadget`.* is already defined by the host/);
  assert.deepEqual(plugins.about.map(({ id }) => id), ['org.gql-integrations.integrations']);
  assert.ok(!printSchema(plugins.schema).includes('Widget'));
  assert.match((await ask(plugins, '{ named { name } }')).errors[0].message, /Cannot query field "named"/);
});

test('the resolvers of a host schema stay', async (t) => {
  const schema = buildSchema(richHost);
  schema.getQueryType().getFields().me.resolve = () => ({ __typename: 'User', id: 'u', title: 'Ada' });
  const plugins = await new Bench(t).load({ schema });
  assert.equal((await dataOf(plugins, '{ me { title } }')).me.title, 'Ada');
  assert.equal(schema.getType('Integration'), undefined, 'the host\'s own schema was changed');
});

