// SPDX-License-Identifier: MIT
// Errors inside the value of a plugin reach the client with their full paths, in every server that takes parts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contextOf, EXPECTED, HOST, load, SOURCE, summaryOf } from './inner-errors.mjs';
import { ACTOR, ask, Bench, requireOfExamples } from './support.mjs';

const { ApolloServer } = await import(requireOfExamples.resolve('@apollo/server'));
const { buildSubgraphSchema } = requireOfExamples('@apollo/subgraph');
const Fastify = requireOfExamples('fastify');
const mercurius = requireOfExamples('mercurius');

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

test('a JIT answers a mutation whose organization the host does not find', async (t) => {
  const schema = 'type Query { x: Int } type Mutation { ping: Boolean } interface Node { id: ID! } type Organization implements Node { id: ID! }';
  const plugins = await new Bench(t).load({ schema, references: { Organization: async () => null } });
  const app = Fastify();
  t.after(() => app.close());
  app.register(mercurius, { schema, resolvers: {}, jit: 1 });
  await app.ready();
  app.graphql.extendSchema(plugins.typeDefs);
  app.graphql.defineResolvers(plugins.resolvers);
  for (let round = 0; round < 3; round++) {
    const source = 'mutation { integrationCreate(input: { organizationId: "acme", title: "T" }) { integration { organization { id } } } }';
    const { data, errors } = await app.graphql(source, { pluginRequest: plugins.request({ actor: ACTOR }) });
    assert.deepEqual([errors, data.integrationCreate.integration.organization.id], [undefined, 'acme']);
  }
});
