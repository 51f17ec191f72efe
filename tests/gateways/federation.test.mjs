// SPDX-License-Identifier: MIT
// The plugin as a subgraph: composition, and entities resolved by reference.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { environment } from '../support-js/paths.mjs';
import { Sandbox } from '../support-js/sandbox.mjs';
import { COMPOSERS } from './composers.mjs';
import { ask, create, dataOf, openHere, requireOfFederation, start } from './support.mjs';

const MANY = 40;
const ENTITIES = `query($representations: [_Any!]!) {
  _entities(representations: $representations) { __typename ... on Integration { id title version organization { __typename id } } }
}`;
const NODES = 'query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Titled { title } ... on Integration { organization { title } } } }';
const representationsOf = (ids) => ids.map((id) => ({ __typename: 'Integration', id }));

/** Opens the example's host in this process, with its subgraphs. */
async function openWithSubgraphs(sandbox) {
  const host = await openHere(sandbox);
  const { subgraphsOf } = await import('../../examples/gateways/federation/subgraphs.js');
  return { host, subgraphs: subgraphsOf(host) };
}

/** Returns a function that lists the IDs of each call that loaded references. */
function watchLoads({ mock }) {
  const { mock: watched } = mock.method(requireOfFederation(environment.GQL_BINDING), 'call');
  return () => watched.calls.map((call) => call.arguments).filter(([, , isLoader]) => isLoader).map(([, , , , json]) => JSON.parse(json).ids);
}

/** Sends an operation to the supergraph, served by Apollo Gateway in this process. */
async function askSupergraph(subgraphs, query, variables, contextValue) {
  process.env.APOLLO_TELEMETRY_DISABLED = 'true';
  const { ApolloGateway, LocalGraphQLDataSource } = requireOfFederation('@apollo/gateway');
  const { ApolloServer } = requireOfFederation('@apollo/server');
  const { supergraphSdl } = COMPOSERS['@apollo/composition'](subgraphs);
  const buildService = ({ name }) => new LocalGraphQLDataSource(subgraphs.find((subgraph) => subgraph.name === name).schema);
  const server = new ApolloServer({ gateway: new ApolloGateway({ supergraphSdl, buildService }), stopOnTerminationSignals: false });
  const { body } = await server.executeOperation({ query, variables }, { contextValue });
  await server.stop();
  return body.singleResult;
}

describe('subgraphs in this process', () => {
  let sandbox;
  let host;
  let subgraphs;

  before(async () => {
    sandbox = new Sandbox();
    ({ host, subgraphs } = await openWithSubgraphs(sandbox));
  });

  after(async () => {
    await host?.close();
    sandbox?.remove();
  });

  function context() {
    const actor = { id: 'user:ada', grants: [{ organizationId: null, actions: ['READ', 'CREATE'] }] };
    return { actor, plugins: host.plugins, pluginRequest: host.plugins.request({ actor }) };
  }

  function askPlugin(source, variableValues) {
    const { graphql } = requireOfFederation('graphql');
    const { schema } = subgraphs.find(({ name }) => name === 'integrations');
    return graphql({ schema, source, variableValues, contextValue: context() });
  }

  async function createMany() {
    const fields = Array.from({ length: MANY }, (_, i) => `i${i}: integrationCreate(input: { organizationId: "acme", title: "${i}" }) { integration { id } }`);
    const { data } = await askPlugin(`mutation { ${fields.join(' ')} }`);
    return Object.values(data).map(({ integration }) => integration.id);
  }

  for (const [name, compose] of Object.entries(COMPOSERS)) {
    test(`they compose by ${name}`, () => {
      const { errors, remarks } = compose(subgraphs);
      assert.deepEqual({ errors, remarks }, { errors: [], remarks: [] });
    });

    test(`${name} rejects a subgraph that defines a field of the plugin`, () => {
      const typeDefs = requireOfFederation('graphql').parse('type Query { integration(id: ID!): String }');
      assert.match(compose([...subgraphs, { name: 'wrong', typeDefs }]).errors.join(), /Query\.integration|"integration"/);
    });
  }

  test('each type is resolved by its owner', () => {
    const { supergraphSdl } = COMPOSERS['@apollo/composition'](subgraphs);
    const typeOf = (name) => new RegExp(`^type ${name} [^}]*}`, 'm').exec(supergraphSdl)[0];
    assert.match(typeOf('Integration'), /graph: HOST, key: "id", resolvable: false\)\n.*graph: INTEGRATIONS, key: "id"\)/);
    assert.match(typeOf('Organization'), /graph: HOST, key: "id"\)\n.*graph: INTEGRATIONS, key: "id", resolvable: false\)/);
  });

  test('many entities are one call of the plugin, in order, null for a missing one', async (t) => {
    const ids = await createMany();
    const asked = [...[...ids].reverse(), 'nonsense'];
    const loads = watchLoads(t);
    const { data, errors } = await askPlugin(ENTITIES, { representations: representationsOf([...asked, ids[3]]) });
    assert.equal(errors, undefined);
    const titles = Array.from({ length: MANY }, (_, i) => String(MANY - 1 - i));
    assert.deepEqual(data._entities.map((entity) => entity?.title ?? null), [...titles, null, '3']);
    assert.deepEqual({ ...data._entities[0].organization }, { __typename: 'Organization', id: 'acme' });
    assert.deepEqual(loads(), [asked]);
  });

  test('nodes of the supergraph take two calls: one finds them, one loads their fields', async (t) => {
    const ids = await createMany();
    const loads = watchLoads(t);
    const { data, errors } = await askSupergraph(subgraphs, NODES, { ids }, context());
    assert.equal(errors, undefined);
    assert.deepEqual(data.nodes.map(({ title, organization }) => `${organization.title} ${title}`), ids.map((id, i) => `acme ${i}`));
    assert.deepEqual(loads(), [ids, ids]);
  });
});

describe('the subgraph as a server', () => {
  let sandbox;
  let server;

  before(async () => {
    sandbox = new Sandbox();
    server = await start('federation', sandbox.writeConfig(), 'subgraph.js');
    assert.ok(server.url, server.log);
  });

  after(async () => {
    await server?.stop();
    sandbox?.remove();
  });

  test('_service gives the SDL that is composed', async () => {
    const { _service: { sdl } } = await dataOf(server, '{ _service { sdl } }');
    assert.match(sdl, /type Integration implements Actor & Node & Versioned & Titled\s+@key\(fields: "id"\)/);
    assert.match(sdl, /type Organization\s+@key\(fields: "id", resolvable: false\)/);
    const { host, subgraphs: [own] } = await openWithSubgraphs(sandbox);
    await host.close();
    const subgraphs = [own, { name: 'integrations', typeDefs: requireOfFederation('graphql').parse(sdl) }];
    for (const compose of Object.values(COMPOSERS)) assert.deepEqual(compose(subgraphs).errors, []);
  });

  test('_entities obeys the token that the router passes on', async () => {
    const { id } = await create(server, 'Entity');
    const variables = { representations: representationsOf([id, 'nonsense', id]) };
    const entity = { __typename: 'Integration', id, title: 'Entity', version: 1, organization: { __typename: 'Organization', id: 'acme' } };
    assert.deepEqual((await dataOf(server, ENTITIES, variables))._entities, [entity, null, entity]);
    const stranger = { authorization: `Bearer ${await sandbox.jwt({ sub: 'user:eve', grants: [] })}` };
    assert.deepEqual((await dataOf(server, ENTITIES, variables, stranger))._entities, [null, null, null]);
  });

  test('a reference without an ID is null, one without a type an error', async () => {
    const entities = (representation) => ask(server, '{ _entities(representations: [REPRESENTATION]) { __typename } }'.replace('REPRESENTATION', representation));
    assert.deepEqual(await entities('{ __typename: "Integration" }'), { data: { _entities: [null] } });
    assert.match((await entities('{ id: "x" }')).errors[0].message, /type "undefined"/);
  });

  test('it stops cleanly', async () => {
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
  });
});
