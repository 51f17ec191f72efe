// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Sandbox } from './harness.mjs';

let sandbox;
let gateway;

before(async () => {
  sandbox = new Sandbox();
  gateway = await sandbox.start();
});

after(async () => {
  await gateway?.stop();
  sandbox?.remove();
});

const LIST = `query List($org: ID!, $first: Int, $after: String, $last: Int, $before: String, $orderBy: IntegrationOrder) {
  integrations(organizationId: $org, first: $first, after: $after, last: $last, before: $before, orderBy: $orderBy) {
    nodes { id title } edges { cursor node { id } } total { count precision }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

test('fragments, aliases and nested organizations', async () => {
  const made = await gateway.create('acme', '  Payments  ');
  const data = await gateway.data(`
    query($id: ID!) {
      one: integration(id: $id) { ...All }
      two: integration(id: $id) { __typename ... on Titled { name: title } organization { __typename id title } }
    }
    fragment All on Integration { id version title isActive credentialRef ...Owner }
    fragment Owner on Integration { organization { title } }`, { id: made.id });
  assert.deepEqual(data, {
    one: { id: made.id, version: 1, title: 'Payments', isActive: true, credentialRef: null, organization: { title: 'Acme Corporation' } },
    two: { __typename: 'Integration', name: 'Payments', organization: { __typename: 'Organization', id: 'acme', title: 'Acme Corporation' } },
  });
});

test('@skip and @include decide what is computed', async () => {
  const { id } = await gateway.create('acme', 'Directives');
  const query = 'query($id: ID!, $yes: Boolean!) { integration(id: $id) { id title @include(if: $yes) version @skip(if: $yes) } }';
  for (let round = 0; round < 2; round++) {
    assert.deepEqual((await gateway.data(query, { id, yes: true })).integration, { id, title: 'Directives' });
    assert.deepEqual((await gateway.data(query, { id, yes: false })).integration, { id, version: 1 });
  }
});

test('several mutations in one document succeed or fail independently', async () => {
  const result = await gateway.query(`mutation {
    a: integrationCreate(input: { organizationId: "several", title: "a" }) { integration { title } }
    b: integrationCreate(input: { organizationId: "several", title: " " }) { integration { title } }
    c: integrationCreate(input: { organizationId: "several", title: "c" }) { integration { title } }
  }`);
  assert.equal(result.data.b, null);
  assert.equal(result.data.a.integration.title, 'a');
  assert.equal(result.data.c.integration.title, 'c');
  assert.equal(result.errors.length, 1);
  assert.deepEqual(result.errors[0].path, ['b']);
  assert.equal(result.errors[0].extensions.code, 'VALIDATION_ERROR');
  assert.equal(result.errors[0].extensions.field, 'input.title');
  assert.equal((await gateway.data(LIST, { org: 'several' })).integrations.total.count, 2);
});

test('update, conflict, delete, not found', async () => {
  const { id } = await gateway.create('acme', 'Life');
  const update = 'mutation($input: IntegrationUpdateInput!) { integrationUpdate(input: $input) { integration { version isActive title } } }';
  const remove = 'mutation($input: IntegrationDeleteInput!) { integrationDelete(input: $input) { deletedId } }';
  assert.deepEqual((await gateway.data(update, { input: { id, version: 1, isActive: false } })).integrationUpdate.integration,
    { version: 2, isActive: false, title: 'Life' });
  const conflict = await gateway.query(update, { input: { id, version: 1, title: 'x' } });
  assert.equal(conflict.data.integrationUpdate, null);
  const { extensions } = conflict.errors[0];
  assert.equal(extensions.code, 'CONFLICT');
  assert.equal(extensions.status, 409);
  assert.equal(extensions.expectedVersion, 1);
  assert.equal(extensions.currentVersion, 2);
  assert.equal((await gateway.data(remove, { input: { id, version: 2 } })).integrationDelete.deletedId, id);
  const gone = await gateway.query('query($id: ID!) { integration(id: $id) { id } }', { id });
  assert.deepEqual(gone.data, { integration: null });
  assert.equal(gone.errors[0].extensions.code, 'NOT_FOUND');
});

test('errors carry the problem details and the trace', async () => {
  const response = await gateway.post({ query: '{ integration(id: "nonsense") { id } }' },
    { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' });
  assert.equal(response.status, 200);
  const { errors: [{ message, extensions }] } = await response.json();
  assert.equal(extensions.traceId, '0af7651916cd43dd8448eb211c80319c');
  assert.equal(extensions.type, 'urn:gql-integrations:problem:not-found');
  assert.equal(extensions.title, 'Resource Not Found');
  assert.equal(extensions.detail, message);
  assert.equal(extensions.entityType, 'Integration');
  assert.equal(extensions.entityId, 'nonsense');
  assert.match(extensions.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.match(extensions.instance, /^urn:uuid:/);
});

test('an error of a non-null field nulls the data', async () => {
  const result = await gateway.query('{ integrations(organizationId: "acme", first: 101) { nodes { id } } }');
  assert.equal(result.data, null);
  assert.equal(result.errors[0].extensions.field, 'first');
});

test('paging forward and backward gives the same list', async () => {
  for (let i = 0; i < 23; i++) await gateway.create('pages', `item${i}`);
  const forward = [];
  let after = null;
  do {
    const { nodes, pageInfo } = (await gateway.data(LIST, { org: 'pages', first: 5, after })).integrations;
    forward.push(...nodes.map((node) => node.title));
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after);
  assert.deepEqual(forward, Array.from({ length: 23 }, (_, i) => `item${i}`));
  const backward = [];
  let previous = null;
  do {
    const { nodes, pageInfo } = (await gateway.data(LIST, { org: 'pages', last: 4, before: previous })).integrations;
    backward.unshift(...nodes.map((node) => node.title));
    previous = pageInfo.hasPreviousPage ? pageInfo.startCursor : null;
  } while (previous);
  assert.deepEqual(backward, forward);
});

test('node and nodes find what plugins and the host own', async () => {
  const first = await gateway.create('acme', 'Node one');
  const second = await gateway.create('globex', 'Node two');
  const data = await gateway.data(`query($a: ID!, $ids: [ID!]!) {
    node(id: $a) { __typename id ... on Integration { title organization { title } } }
    nodes(ids: $ids) { __typename id ... on Titled { title } ... on Versioned { version } }
  }`, { a: first.id, ids: [second.id, 'acme', 'nothing', first.id] });
  assert.deepEqual(data.node, { __typename: 'Integration', id: first.id, title: 'Node one', organization: { title: 'Acme Corporation' } });
  assert.deepEqual(data.nodes, [
    { __typename: 'Integration', id: second.id, title: 'Node two', version: 1 },
    { __typename: 'Organization', id: 'acme', title: 'Acme Corporation', version: 1 },
    null,
    { __typename: 'Integration', id: first.id, title: 'Node one', version: 1 },
  ]);
});

test('text in any script is stored unchanged', async () => {
  const titles = ['plain', 'Zürich \u00a0 \u00ff', 'Ωmega', '日本語のタイトル', '😀 smile', 'e\u0301', `${'a'.repeat(200)}ß`, '\u00e4'.repeat(255)];
  for (const title of titles) {
    const { id } = await gateway.create('scripts', title);
    assert.equal((await gateway.data(`{ integration(id: "${id}") { title } }`)).integration.title, title.trim());
  }
  const { integrations } = await gateway.data('{ integrations(organizationId: "scripts", first: 100) { nodes { title } } }');
  assert.deepEqual(integrations.nodes.map(({ title }) => title).sort(), titles.map((title) => title.trim()).sort());
});

test('titles are ordered like Intl.Collator orders them', async () => {
  const titles = ['item10', 'item2', 'Item1', 'Zebra', 'ähnlich', 'Apfel', 'apfel 2', 'Øre', 'zoo', '100', '20', '3', 'éclair', 'Eclair', 'eclipse',
    '漢字', 'かな', '-dash', '_under', 'ß', 'ss', 'résumé', 'resume', 'Ångström', 'angle', 'ﬁn', 'fin', 'café', 'cafe\u0301 b', '😀 smile', '(paren)'];
  for (const title of titles) await gateway.create('order', title);
  const collator = new Intl.Collator('und', { sensitivity: 'accent', numeric: true });
  for (const direction of ['ASC', 'DESC']) {
    const { nodes } = (await gateway.data(LIST, { org: 'order', first: 100, orderBy: { field: 'TITLE', direction } })).integrations;
    assert.equal(nodes.length, titles.length);
    for (let i = 1; i < nodes.length; i++) {
      const order = collator.compare(nodes[i - 1].title, nodes[i].title) || (nodes[i - 1].id < nodes[i].id ? -1 : 1);
      assert.equal(Math.sign(order), direction === 'ASC' ? -1 : 1, `${nodes[i - 1].title} before ${nodes[i].title} (${direction})`);
    }
  }
});

test('one of 50 concurrent updates of one version succeeds', async () => {
  const { id } = await gateway.create('acme', 'Contended');
  const results = await Promise.all(Array.from({ length: 50 }, (_, i) => gateway.query(
    'mutation($input: IntegrationUpdateInput!) { integrationUpdate(input: $input) { integration { version } } }',
    { input: { id, version: 1, title: `T${i}` } })));
  assert.equal(results.filter((result) => !result.errors).length, 1);
  assert.equal(results.filter((result) => result.errors?.[0].extensions.code === 'CONFLICT').length, 49);
});

test('3,000 creates over 60 connections are all stored', async () => {
  const seen = new Set();
  const worker = async (w) => {
    for (let i = 0; i < 50; i++) seen.add((await gateway.create('many', `w${w} i${i}`)).id);
  };
  await Promise.all(Array.from({ length: 60 }, (_, w) => worker(w)));
  assert.equal(seen.size, 3000);
  const listed = new Set();
  let after = null;
  let total;
  do {
    const { nodes, pageInfo, total: now } = (await gateway.data(LIST, { org: 'many', first: 100, after })).integrations;
    nodes.forEach((node) => listed.add(node.id));
    total = now;
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after);
  assert.deepEqual(total, { count: 3000, precision: 'EXACT' });
  assert.deepEqual([...seen].sort(), [...listed].sort());
});

test('writes do not block the event loop', async () => {
  let worst = 0;
  const writes = Promise.all(Array.from({ length: 200 }, (_, i) => gateway.create('loop', `x${i}`)));
  for (let i = 0; i < 20; i++) {
    const begin = performance.now();
    assert.equal((await fetch(new URL('/health', gateway.url))).status, 200);
    worst = Math.max(worst, performance.now() - begin);
  }
  await writes;
  assert.ok(worst < 5000, `/health took ${worst} ms`);
});

test('introspection agrees with what the plugin publishes', async () => {
  const data = await gateway.data(`{
    integration: __type(name: "Integration") { interfaces { name } fields { name } }
    input: __type(name: "IntegrationUpdateInput") { inputFields { name type { kind } } }
  }`);
  assert.deepEqual(data.integration.interfaces.map((type) => type.name).sort(), ['Actor', 'Node', 'Titled', 'Versioned']);
  assert.deepEqual(data.integration.fields.map((field) => field.name), ['id', 'version', 'title', 'organization', 'credentialRef', 'isActive']);
  assert.deepEqual(data.input.inputFields.map((field) => field.name), ['id', 'version', 'title', 'credentialRef', 'isActive']);
});
