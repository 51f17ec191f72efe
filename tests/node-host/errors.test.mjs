// SPDX-License-Identifier: MIT
// Errors inside the value of a plugin reach the client with their full paths, in every server that takes
// parts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACTOR, ask, Bench, graphql, requireOfExamples } from './support.mjs';

const { makeExecutableSchema } = requireOfExamples('@graphql-tools/schema');
const { ApolloServer } = await import(requireOfExamples.resolve('@apollo/server'));
const { buildSubgraphSchema } = requireOfExamples('@apollo/subgraph');
const Fastify = requireOfExamples('fastify');
const mercurius = requireOfExamples('mercurius');

const HOST = 'type Query { hello: String } interface Node { id: ID! } type Integration { id: ID! }';
const SOURCE = '{ a: shelf { label x: places { id } y: places { shout } full { id } n: note } b: shelf { label } nothing }';
const LOCKED = ['It is locked.', { code: 'PERMISSION_DENIED', status: 403 }];
const EXPECTED = {
  data: {
    a: { label: 'A', x: [{ id: 'gadget:1' }, null, { id: 'gadget:3' }], y: [{ shout: 'gadget gadget:1!' }, null, { shout: 'gadget gadget:3!' }],
      full: null, n: null },
    b: { label: 'A' },
    nothing: null,
  },
  errors: [
    ['a.full.[1]', 'It is locked.', { code: 'PERMISSION_DENIED' }],
    ['a.n', 'There is no note.', { code: 'NOT_FOUND' }],
    ['a.x.[1]', ...LOCKED],
    ['a.y.[1]', ...LOCKED],
    ['nothing', 'There is nothing.', { code: 'NOT_FOUND' }],
  ],
};

function plain(value) {
  return JSON.parse(JSON.stringify(value));
}

/** Returns a result without locations, its errors in the order of their paths. */
function summaryOf({ data, errors = [] }) {
  const list = plain(errors).map(({ message, path, extensions }) => [path.map((step) => (typeof step === 'number' ? `[${step}]` : step)).join('.'), message, extensions]);
  return { data: plain(data), errors: list.sort(([a], [b]) => (a < b ? -1 : 1)) };
}

function contextOf(plugins) {
  return { pluginRequest: plugins.request({ actor: ACTOR }) };
}

async function load(t) {
  return new Bench(t, 'workshop').load({ schema: HOST, settings: {} });
}

test('the executable schema', async (t) => {
  assert.deepEqual(summaryOf(await ask(await load(t), SOURCE)), EXPECTED);
});

test('makeExecutableSchema', async (t) => {
  const plugins = await load(t);
  const schema = makeExecutableSchema({ typeDefs: [HOST, plugins.typeDefs], resolvers: plugins.resolvers });
  assert.deepEqual(summaryOf(await ask(plugins, SOURCE, { schema })), EXPECTED);
});

test('Apollo Server', async (t) => {
  const plugins = await load(t);
  const server = new ApolloServer({ typeDefs: [HOST, plugins.typeDefs], resolvers: plugins.resolvers, includeStacktraceInErrorResponses: false });
  await server.start();
  t.after(() => server.stop());
  const { body } = await server.executeOperation({ query: SOURCE }, { contextValue: contextOf(plugins) });
  assert.deepEqual(summaryOf(body.singleResult), EXPECTED);
});

for (const jit of [0, 1]) {
  test(`Mercurius, jit ${jit}`, async (t) => {
    const plugins = await load(t);
    const app = Fastify();
    t.after(() => app.close());
    app.register(mercurius, { schema: HOST, resolvers: {}, jit });
    await app.ready();
    app.graphql.extendSchema(plugins.typeDefs);
    app.graphql.defineResolvers(plugins.resolvers);
    for (let round = 0; round < 3; round++) assert.deepEqual(summaryOf(await app.graphql(SOURCE, contextOf(plugins))), EXPECTED);
  });
}

test('a subgraph', async (t) => {
  const plugins = await load(t);
  const schema = buildSubgraphSchema(plugins.subgraphs[0]);
  assert.deepEqual(summaryOf(await ask(plugins, SOURCE, { schema })), EXPECTED);
  const these = ['1', 'locked', '2'].map((name) => ({ __typename: 'Gadget', id: `gadget:${name}` }));
  const entities = await ask(plugins, 'query($these: [_Any!]!) { _entities(representations: $these) { ... on Gadget { id } } }', { schema, variables: { these } });
  assert.deepEqual(summaryOf(entities), {
    data: { _entities: [{ id: 'gadget:1' }, null, { id: 'gadget:2' }] },
    errors: [['_entities.[1]', 'It is locked.', { code: 'PERMISSION_DENIED' }]],
  });
});

test('an object that can\'t be loaded leaves the others of its call alone', async (t) => {
  const schema = graphql.buildSchema('type Query { nodes(ids: [ID!]!): [Node]! } interface Node { id: ID! } type Integration { id: ID! }');
  schema.getQueryType().getFields().nodes.resolve = (source, { ids }, context, info) => ids.map((id) => context.plugins.load(id, context, info));
  const plugins = await new Bench(t, 'workshop').load({ schema, settings: {} });
  const result = await ask(plugins, '{ nodes(ids: ["gadget:1", "gadget:locked", "gadget:2"]) { id ... on Gadget { call } } }');
  assert.deepEqual(summaryOf(result), {
    data: { nodes: [{ id: 'gadget:1', call: 1 }, null, { id: 'gadget:2', call: 1 }] },
    errors: [['nodes.[1]', 'It is locked.', { code: 'PERMISSION_DENIED' }]],
  });
});

test('an error goes to the null at its path, or to one above it', async () => {
  const { settle } = await import('../../examples/node-host/lib/answer.js');
  const error = (path, message = 'm') => ({ path, message, extensions: { code: 'X' } });
  const settled = (value, ...errors) => settle({ json: JSON.stringify(value), errors: JSON.stringify(errors) });
  assert.throws(() => settled(null, error([])), /^m$/);
  assert.throws(() => settled(null, error(['deep', 1])), /^m$/);
  const { a, b } = settled({ a: null, b: [null, 1] }, error(['a', 'x'], 'first'), error(['a'], 'second'), error(['b', 0], 'third'));
  assert.deepEqual([a.message, b[0].message, b[1]], ['first', 'third', 1]);
  const untouched = { a: 1, b: { c: [2] } };
  assert.deepEqual(settled(untouched, error(['a']), error(['a', 'x']), error(['b', 'c', 7]), error(['none']), error(['__proto__', 'x']), error([])), untouched);
});

for (const jit of [0, 1]) {
  test(`a reference that can't be completed leaves the others of its list alone, jit ${jit}`, async (t) => {
    const references = { Integration: (id) => { throw Object.assign(new Error(`no ${id}`), { extensions: { code: 'GONE' } }); } };
    const plugins = await new Bench(t, 'workshop').load({ schema: HOST, settings: {}, references });
    const app = Fastify();
    t.after(() => app.close());
    app.register(mercurius, { schema: HOST, resolvers: {}, jit });
    await app.ready();
    app.graphql.extendSchema(plugins.typeDefs);
    app.graphql.defineResolvers(plugins.resolvers);
    for (let round = 0; round < 3; round++) {
      const result = summaryOf(await app.graphql('{ gadget(id: "gadget:1") { users { id } } }', contextOf(plugins)));
      assert.deepEqual(result.data, { gadget: { users: [null, null, null] } });
      assert.deepEqual(result.errors.map(([path, message]) => [path, message]), [['gadget.users.[0]', 'no 1'], ['gadget.users.[2]', 'no nobody']]);
    }
  });
}
