// SPDX-License-Identifier: MIT
// Errors inside the value of a plugin reach the client with their full paths.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXPECTED, HOST, load, SOURCE, summaryOf } from './inner-errors.mjs';
import { ask, Bench, graphql, requireOfExamples } from './support.mjs';

const { makeExecutableSchema } = requireOfExamples('@graphql-tools/schema');

test('the executable schema', async (t) => {
  assert.deepEqual(summaryOf(await ask(await load(t), SOURCE)), EXPECTED);
});

test('makeExecutableSchema', async (t) => {
  const plugins = await load(t);
  const schema = makeExecutableSchema({ typeDefs: [HOST, plugins.typeDefs], resolvers: plugins.resolvers });
  assert.deepEqual(summaryOf(await ask(plugins, SOURCE, { schema })), EXPECTED);
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
