// SPDX-License-Identifier: MIT
// References to the host's objects, where the host has none: of a mutation, which is done, the client gets what the schema allows.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attachReferences } from '../../examples/node-host/lib/resolvers.js';
import { ask, Bench, create, dataOf, graphql } from './support.mjs';

const SCHEMA = 'type Query { x: Int } interface Node { id: ID! } type Organization implements Node { id: ID! title: String! country: String }';
const MISSING = { // What the host does, and what the log says.
  null: [() => null, 'references gives null'],
  nothing: [() => undefined, 'references gives null'],
  'null later': [async () => null, 'references gives null'],
  'an exception': [() => { throw new Error('the directory is down'); }, 'the directory is down'],
  'a rejection': [() => Promise.reject(new Error('the directory is down')), 'the directory is down'],
  'an error': [() => new graphql.GraphQLError('not for you'), 'not for you'],
};

for (const [what, [Organization, why]] of Object.entries(MISSING)) {
  test(`references answer ${what}: a mutation is answered with type and ID, and the log says why`, async (t) => {
    const lines = [];
    const plugins = await new Bench(t).load({ schema: SCHEMA, references: { Organization },
      log: (level, message) => level === 'error' && lines.push(message) });
    const done = await dataOf(plugins, `mutation { integrationCreate(input: { organizationId: "acme", title: "T" }) {
      integration { title version organization { __typename id country } } } }`);
    assert.deepEqual(done.integrationCreate.integration, { title: 'T', version: 1, organization: { __typename: 'Organization', id: 'acme', country: null } });
    assert.deepEqual(lines, [`Integration.organization: no object for the Organization acme after a mutation: ${why}`]);
  });
}

test('a field that must not be null nulls the mutation above it, with a path that says it is not the mutation that failed', async (t) => {
  const plugins = await new Bench(t).load({ schema: SCHEMA, references: { Organization: () => null } });
  const { data, errors } = await ask(plugins, `mutation { a: integrationCreate(input: { organizationId: "acme", title: "A" }) { integration { organization { title } } }
    b: integrationCreate(input: { organizationId: "acme", title: "B" }) { integration { title } } }`);
  assert.deepEqual(data, { a: null, b: { integration: { title: 'B' } } });
  assert.deepEqual(errors.map(({ path }) => path), [['a', 'integration', 'organization', 'title']]);
  assert.equal((await dataOf(plugins, '{ integrations(organizationId: "acme") { total { count } } }')).integrations.total.count, 2);
});

test('a query has the error of a null where there must be an object', async (t) => {
  const plugins = await new Bench(t).load({ schema: SCHEMA, references: { Organization: () => null } });
  const id = await create(plugins, 'T');
  const { data, errors } = await ask(plugins, `{ integration(id: "${id}") { organization { id } } }`);
  assert.deepEqual([data, errors.map(({ path }) => path)], [{ integration: null }, [['integration', 'organization']]]);
});

test('a null that is allowed stays, and of a list only what is missing is its reference', async () => {
  const resolvers = {};
  const notes = [];
  const document = graphql.parse('type T { may: Organization some: [Organization] all: [Organization!]! must: [Organization]! }');
  const found = { __typename: 'Organization', id: 'b', title: 'B' };
  attachReferences({ about: { references: ['Organization'] } }, document, resolvers, { Organization: (id) => (id === 'b' ? found : null) },
    (message, context) => notes.push([message, context]));
  const info = { operation: { operation: 'mutation' }, parentType: { name: 'T' }, fieldName: 'all' };
  const [a, b] = ['a', 'b'].map((id) => ({ __typename: 'Organization', id }));
  const valueOf = (field, value) => resolvers.T[field]({ [field]: value }, {}, 'context', info);
  assert.equal(valueOf('may', a), null);
  assert.deepEqual(await valueOf('some', [a, b]), [null, found]);
  assert.deepEqual(await valueOf('must', [a, b]), [null, found]);
  assert.deepEqual(notes, []);
  assert.deepEqual(await valueOf('all', [a, b, a]), [a, found, a]);
  assert.deepEqual(notes[0], ['T.all: no object for the Organization a after a mutation: references gives null', 'context']);
});
