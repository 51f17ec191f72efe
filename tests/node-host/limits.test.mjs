// SPDX-License-Identifier: MIT
// Documents that would be expensive to expand. The verdicts are codes and counts, not times: without the
// limits these documents select from thousands to more fields than there are atoms.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { executableHostSchema, hostResolvers } from '../../examples/demo-host/index.js';
import { sizeOf } from '../../examples/node-host/lib/answer.js';
import { organizationsOf } from '../../examples/demo-host/host-schema.js';
import { ask, Bench, create, dataOf, graphql } from './support.mjs';

const FIELD = 'integrations(organizationId: "acme")';
const NOBODY = '01900000-0000-8000-801f-494e54470000';

/** Fragments, each of which spreads the next `times`; `wrap` puts the spreads into what the fragment selects. */
function chain(count, times, type, last, wrap = (spreads) => spreads) {
  const link = (i) => `fragment F${i} on ${type} { ${wrap(`...F${i + 1} `.repeat(times))} }`;
  return `${Array.from({ length: count }, (_, i) => link(i)).join(' ')} fragment F${count} on ${type} { ${last} }`;
}

const EXPENSIVE = {
  'fragments that double': `{ ${FIELD} { nodes { ...F0 } } } ${chain(26, 2, 'Integration', 'id')}`,
  'fragments that double within inline fragments':
    `{ ${FIELD} { nodes { ...F0 } } } ${chain(26, 2, 'Integration', 'id', (spreads) => `... on Integration { ${spreads} } ... @include(if: true) { ${spreads} }`)}`,
  'fragments that double in what is loaded': `{ node(id: "${NOBODY}") { ...F0 } } ${chain(26, 2, 'Node', 'id')}`,
  'fragments that double on the root': `{ ...F0 } ${chain(26, 2, 'Query', `${FIELD} { nodes { id } }`)}`,
  'one fragment, spread many times': `{ ${FIELD} { nodes { ${'...F0 '.repeat(4000)} } } } fragment F0 on Integration { id title version }`,
  'introspection of the whole schema': `{ ${FIELD} { nodes { id } } __schema { types { ${Array.from({ length: 500 }, (_, i) => `a${i}: name`).join(' ')} } } }`,
  'introspection': `{ __type(name: "Query") { ...F0 } ${FIELD} { nodes { id } } } ${chain(26, 1, '__Type', 'name', (spreads) => `a: ofType { ${spreads} } b: ofType { ${spreads} }`)}`,
};

const DEEP = {
  'inline fragments': `{ ${FIELD} { nodes { ${'... { '.repeat(1500)} id ${'}'.repeat(1500)} } } }`,
  'a chain of fragments': `{ ${FIELD} { nodes { ...F0 } } } ${chain(700, 1, 'Integration', 'id')}`,
  'a measured chain, spread deeper': `{ ${FIELD} { nodes { ...F0 } } a: ${FIELD} { nodes { ${'... { '.repeat(30)} ...F0 ${'}'.repeat(30)} } } } ${chain(40, 1, 'Integration', 'id')}`,
};

async function demo(t, options = {}) {
  const schema = executableHostSchema(hostResolvers(organizationsOf([])));
  return new Bench(t).load({ schema, references: { Organization: (id) => ({ __typename: 'Organization', id }) }, ...options });
}

const codesOf = (errors) => [...new Set((errors ?? []).map(({ extensions }) => extensions?.code))];

/** Asserts that the validation rule rejects a document, and that plugins are not called if nothing validates it. */
async function assertRejected(plugins, source, pattern) {
  const document = graphql.parse(source);
  const errors = graphql.validate(plugins.schema, document, [plugins.validationRule]);
  assert.match(errors[0]?.message ?? '', pattern);
  assert.deepEqual(codesOf(errors), ['VALIDATION_ERROR']);
  const { errors: executed } = await ask(plugins, source);
  assert.ok(executed.some(({ message }) => pattern.test(message)), JSON.stringify(executed).slice(0, 500));
  assert.deepEqual(codesOf(executed), ['VALIDATION_ERROR']);
}

for (const [name, source] of Object.entries(EXPENSIVE)) {
  test(`too many fields: ${name}`, async (t) => assertRejected(await demo(t), source, /more than 10000 fields/));
}

for (const [name, source] of Object.entries(DEEP)) {
  test(`too deep: ${name}`, async (t) => assertRejected(await demo(t), source, /more than 64 deep/));
}

test('a fragment that spreads itself, fragments that lead nowhere, and a long alias', async (t) => {
  const plugins = await demo(t);
  const rejectionOf = (source) => graphql.validate(plugins.schema, graphql.parse(source), [plugins.validationRule]).map(({ message }) => message);
  assert.deepEqual(rejectionOf('{ me { ...F } } fragment F on Actor { ...G } fragment G on Actor { id ...F }'), ['A fragment must not spread itself']);
  assert.match(rejectionOf(`{ ...F0 } ${chain(26, 2, 'Query', '...Nowhere')}`).join(), /^An operation must not select more than 10000 fields/);
  await assertRejected(plugins, `{ ${FIELD} { nodes { ${'a'.repeat(129)}: id } } }`, /alias must not exceed 128/);
  assert.deepEqual(rejectionOf(`{ ${'a'.repeat(128)}: me { ...Nowhere ...constructor ...__proto__ } }`), []);
});

test('the limits can be set, and are exact', async (t) => {
  const plugins = await demo(t, { maxFields: 6, maxDepth: 4 });
  await dataOf(plugins, `{ ${FIELD} { nodes { id organization { id title } } } }`);
  await assertRejected(plugins, `{ ${FIELD} { nodes { id version organization { id title } } } }`, /more than 6 fields/);
  await dataOf(plugins, `{ ${FIELD} { nodes { ... { id } } } }`);
  await assertRejected(plugins, `{ ${FIELD} { nodes { ... { ... { id } } } } }`, /more than 4 deep/);
});

test('usual documents are far from the limits', async (t) => {
  const plugins = await demo(t);
  await dataOf(plugins, graphql.getIntrospectionQuery());
  const id = await create(plugins, 'A');
  const source = `{ ${Array.from({ length: 500 }, (_, i) => `a${i}: integration(id: "${id}") { ...F0 }`).join(' ')} } fragment F0 on Integration { id title version }`;
  assert.equal(Object.keys(await dataOf(plugins, source)).length, 500);
});

test('the selection of a field with several nodes, or with variables, is that of its request', async (t) => {
  const plugins = await demo(t);
  const id = await create(plugins, 'A');
  const source = graphql.parse('query($i: ID!, $b: Boolean!) { integration(id: $i) { id } integration(id: $i) { title @include(if: $b) } }');
  const run = async (b) => {
    const contextValue = { plugins, pluginRequest: plugins.request({ actor: { id: 'user:test', grants: [{ organizationId: null, actions: ['READ'] }] } }) };
    const { data } = await graphql.execute({ schema: plugins.schema, document: source, variableValues: { i: id, b }, contextValue });
    return JSON.parse(JSON.stringify(data.integration));
  };
  assert.deepEqual(await run(false), { id });
  assert.deepEqual(await run(true), { id, title: 'A' });
  assert.deepEqual(await run(false), { id });
});

test('many fields that share one long variable are passed to plugins up to a limit', async (t) => {
  const plugins = await demo(t);
  const variables = { id: 'x'.repeat(1 << 20) };
  const source = `query($id: ID!) { ${Array.from({ length: 200 }, (_, i) => `a${i}: integration(id: $id) { id }`).join(' ')} }`;
  const { errors } = await ask(plugins, source, { variables });
  const refused = errors.filter(({ message }) => /arguments of all fields of a request must not exceed 4194304 characters/.test(message));
  assert.equal(refused.length, 197);
  assert.deepEqual(codesOf(refused), ['VALIDATION_ERROR']);
});

test('what a request loads by ID is bounded with its aliases, however often it names one ID', async (t) => {
  const plugins = await demo(t);
  const id = await create(plugins, 'A');
  const load = (times, aliases) => {
    const source = `{ actors(ids: ["${id}"]) { ...F } } fragment F on Actor { id title ${aliases} }`;
    const [{ selectionSet }] = graphql.parse(source, { noLocation: true }).definitions;
    const info = { fieldNodes: selectionSet.selections, fragments: fragmentsOf(source), schema: plugins.schema, variableValues: {},
      returnType: plugins.schema.getType('Actor'), operation: graphql.parse(source).definitions[0] };
    const context = { pluginRequest: plugins.request({ actor: { id: 'user:test', grants: [{ organizationId: null, actions: ['READ'] }] } }) };
    return Promise.allSettled(Array.from({ length: times }, () => plugins.load(id, context, info)));
  };
  const failed = (results) => results.filter(({ status }) => status === 'rejected').map(({ reason }) => reason.extensions.code);
  const [most, size] = [1 << 23, sizeOf({ __typename: 'Integration', id, title: 'A' })];
  const manyOf = (count, alias = (i) => `a${i}`) => Array.from({ length: count }, (_, i) => `${alias(i)}: id`).join(' ');
  for (const [aliases, copies] of [['', 1], [manyOf(1024), 1025], [manyOf(1, () => 'a'.repeat(128)), 10]]) {
    const fit = Math.floor(most / (size * copies));
    assert.deepEqual(failed(await load(fit, aliases)), []);
    assert.deepEqual(failed(await load(fit + 2, aliases)), ['VALIDATION_ERROR', 'VALIDATION_ERROR']);
  }
});

test('what aliases repeat of answers is bounded', async (t) => {
  const plugins = await demo(t);
  for (let i = 0; i < 20; i++) await create(plugins, `${i}${'x'.repeat(250)}`);
  const manyOf = (count, what) => Array.from({ length: count }, (_, i) => `a${i}: ${what}`).join(' ');
  const list = (below) => `integrations(organizationId: "acme", first: 20) { nodes { ${below} } }`;
  const refused = async (source) => {
    const { errors = [] } = await ask(plugins, source);
    assert.ok(errors.every(({ message }) => /answers of all fields of a request.*8388608 characters/.test(message)), JSON.stringify(errors).slice(0, 500));
    assert.deepEqual(codesOf(errors), errors.length > 0 ? ['VALIDATION_ERROR'] : []);
    return errors.length > 0;
  };
  assert.equal(await refused(`{ ${manyOf(100, list('id title version organization { id }'))} }`), false);
  assert.equal(await refused(`{ ${list(manyOf(1000, 'title'))} }`), false);
  assert.equal(await refused(`{ ${manyOf(4, list('...F'))} } fragment F on Integration { ${manyOf(1000, 'title')} }`), true);
  assert.equal(await refused(`{ ${manyOf(40, list(`...F ... { ...G }`))} } fragment F on Integration { ...G } fragment G on Integration { title ${manyOf(50, 'title')} }`), true);
  assert.equal(await refused(`{ ${manyOf(60, `nodes(ids: [${'"user:x" '.repeat(100)}]) { ...F }`)} } fragment F on Node { ${manyOf(100, 'id')} }`), true);
  assert.equal(await refused(`{ ${manyOf(60, `actors(ids: [${'"user:x" '.repeat(100)}]) { ...F }`)} } fragment F on Actor { id title }`), false);
});

test('a change that was made is not refused for its answer', async (t) => {
  const plugins = await demo(t);
  const many = Array.from({ length: 9900 }, (_, i) => `${'a'.repeat(32)}${i}: title`).join(' ');
  const source = `mutation { integrationCreate(input: {organizationId: "acme", title: "${'x'.repeat(255)}"}) { integration { ${many} } } }`;
  const { errors, data } = await ask(plugins, source);
  assert.equal(errors, undefined);
  assert.equal(Object.keys(data.integrationCreate.integration).length, 9900);
});

function fragmentsOf(source) {
  const { definitions } = graphql.parse(source);
  return Object.fromEntries(definitions.filter(({ kind }) => kind === 'FragmentDefinition').map((node) => [node.name.value, node]));
}

test('the fields of a document are counted with fragments expanded', async (t) => {
  const plugins = await demo(t);
  const count = (source) => plugins.countFields(graphql.parse(source));
  assert.equal(count('{ a: me { id ...F } ...Q } query B { me { ...F } } fragment Q on Query { me { ...F ...F } } fragment F on Actor { id title }'), 12);
  assert.equal(count('{ me { ...F } } fragment F on Actor { ...F }'), Infinity);
});
