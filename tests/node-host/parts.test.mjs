// SPDX-License-Identifier: MIT
// The parts of a schema in the servers that take parts.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ACTOR, ask, Bench, create, dataOf, graphql, requireOfExamples } from './support.mjs';

const { makeExecutableSchema } = requireOfExamples('@graphql-tools/schema');
const { ApolloServer } = await import(requireOfExamples.resolve('@apollo/server'));
const { buildSubgraphSchema } = requireOfExamples('@apollo/subgraph');
const Fastify = requireOfExamples('fastify');
const mercurius = requireOfExamples('mercurius');

const host = readFileSync(new URL('../../examples/demo-host/host-schema.graphql', import.meta.url), 'utf8');
const hostResolvers = {
  Query: { me: () => ({ __typename: 'User', id: 'u', title: 'Ada' }), node: (source, { id }, context, info) => context.plugins.load(id, context, info) },
  Organization: { title: ({ id }) => `<${id}>` },
};
const QUERY = `query($id: ID!) {
  me { __typename title }
  node(id: $id) { __typename ... on Integration { title organization { id title } } }
  integration(id: $id) { title @include(if: true) version @skip(if: true) organization { id title } }
  missing: node(id: "nobody") { id }
}`;
const ORGANIZATION = { id: 'acme', title: '<acme>' };
const EXPECTED = {
  me: { __typename: 'User', title: 'Ada' },
  node: { __typename: 'Integration', title: 'A', organization: ORGANIZATION },
  integration: { title: 'A', organization: ORGANIZATION },
  missing: null,
};

function contextOf(plugins) {
  return { actor: ACTOR, plugins, pluginRequest: plugins.request({ actor: ACTOR }) };
}

async function open(t) {
  const plugins = await new Bench(t).load({ schema: host });
  return { plugins, id: await create(plugins, 'A') };
}

test('makeExecutableSchema', async (t) => {
  const { plugins, id } = await open(t);
  const schema = makeExecutableSchema({ typeDefs: [host, plugins.typeDefs], resolvers: [hostResolvers, plugins.resolvers] });
  assert.deepEqual(await dataOf(plugins, QUERY, { schema, variables: { id } }), EXPECTED);
});

test('makeExecutableSchema of a host that had no mutation', async (t) => {
  const schema = 'type Query { hello: String }';
  for (const given of [schema, graphql.buildSchema(schema)]) {
    const plugins = await new Bench(t).load({ schema: given });
    await create(plugins, 'A', 'acme', { schema: makeExecutableSchema({ typeDefs: [schema, plugins.typeDefs], resolvers: plugins.resolvers }) });
  }
});

test('makeExecutableSchema of the plugins alone', async (t) => {
  const plugins = await new Bench(t).load();
  const schema = makeExecutableSchema({ typeDefs: plugins.typeDefs, resolvers: plugins.resolvers });
  const id = await create(plugins, 'A', 'acme', { schema });
  assert.deepEqual(await dataOf(plugins, `{ integration(id: "${id}") { organization { id } } }`, { schema }), { integration: { organization: { id: 'acme' } } });
});

test('Apollo Server', async (t) => {
  const { plugins, id } = await open(t);
  const server = new ApolloServer({ typeDefs: [host, plugins.typeDefs], resolvers: [hostResolvers, plugins.resolvers], includeStacktraceInErrorResponses: false });
  await server.start();
  t.after(() => server.stop());
  const { body } = await server.executeOperation({ query: QUERY, variables: { id } }, { contextValue: contextOf(plugins) });
  assert.deepEqual(JSON.parse(JSON.stringify(body.singleResult.data)), EXPECTED);
});

for (const jit of [0, 1]) {
  test(`Mercurius: extendSchema and defineResolvers, jit ${jit}`, async (t) => {
    const { plugins, id } = await open(t);
    const app = Fastify();
    t.after(() => app.close());
    app.register(mercurius, { schema: host, resolvers: hostResolvers, jit });
    await app.ready();
    app.graphql.extendSchema(plugins.typeDefs);
    app.graphql.defineResolvers(plugins.resolvers);
    for (let round = 0; round < 3; round++) {
      const { data, errors } = await app.graphql(QUERY, contextOf(plugins), { id });
      assert.deepEqual(errors ?? [], []);
      assert.deepEqual(JSON.parse(JSON.stringify(data)), EXPECTED);
    }
  });
}

test('a subgraph for each plugin that offers one', async (t) => {
  const plugins = await new Bench(t, 'integrations', 'workshop', 'hello').load();
  assert.deepEqual(plugins.about.length, 3);
  assert.deepEqual(plugins.subgraphs.map(({ name }) => name), ['integrations', 'workshop']);
  const schema = buildSubgraphSchema(plugins.subgraphs[0]);
  const id = await create(plugins, 'A', 'acme', { schema });
  const data = await dataOf(plugins, `query($these: [_Any!]!) {
    _entities(representations: $these) { __typename ... on Integration { title organization { __typename id } } }
    _service { sdl }
  }`, { schema, variables: { these: [{ __typename: 'Integration', id }, { __typename: 'Integration', id: 'nobody' }] } });
  assert.deepEqual(data._entities, [{ __typename: 'Integration', title: 'A', organization: { __typename: 'Organization', id: 'acme' } }, null]);
  assert.match(data._service.sdl, /type Integration[^{]*@key\(fields: "id"\)/);
});

test('the references of one request to a subgraph are loaded in one call', async (t) => {
  const plugins = await new Bench(t, 'integrations', 'workshop').load();
  const schema = buildSubgraphSchema(plugins.subgraphs[1]);
  const these = Array.from({ length: 50 }, (_, i) => ({ __typename: 'Gadget', id: `gadget:${i}` }));
  const { _entities } = await dataOf(plugins, 'query($these: [_Any!]!) { _entities(representations: $these) { ... on Gadget { id call } } }',
    { schema, variables: { these } });
  assert.deepEqual(_entities, these.map(({ id }) => ({ id, call: 1 })));
});

test('a subgraph checks permissions too', async (t) => {
  const plugins = await new Bench(t).load();
  const schema = buildSubgraphSchema(plugins.subgraphs[0]);
  const { errors } = await ask(plugins, 'query($these: [_Any!]!) { _entities(representations: $these) { __typename } }',
    { schema, actor: null, variables: { these: [{ __typename: 'Integration', id: 'x' }] } });
  assert.equal(errors[0].extensions.code, 'UNAUTHORIZED');
});

test('there is one copy of graphql', () => {
  assert.equal(requireOfExamples('graphql'), graphql);
  assert.ok(makeExecutableSchema({ typeDefs: 'type Query { x: Int }' }) instanceof graphql.GraphQLSchema);
});
