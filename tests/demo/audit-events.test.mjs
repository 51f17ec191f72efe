// SPDX-License-Identifier: MIT
// Who did what, through the API: auditEvents and entityHistory.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Sandbox } from './harness.mjs';

const EVENTS = `fragment Page on AuditEventConnection {
  nodes { id sequence isErased time organization { id title } actorId actor { __typename id title } actorKind clientAddress userAgent sourceType traceId
    aggregateType aggregateId eventType refusedAction changes { field old new } }
  edges { cursor node { sequence } }
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  total { count }
}
query Events($organization: ID!, $filter: AuditEventFilter, $first: Int, $after: String, $last: Int, $before: String, $direction: OrderDirection = ASC) {
  page: auditEvents(organizationId: $organization, filter: $filter, first: $first, after: $after, last: $last, before: $before,
    orderBy: { field: TIME, direction: $direction }) { ...Page }
}
query History($organization: ID!, $entity: ID!) { page: entityHistory(organizationId: $organization, entityId: $entity) { ...Page } }`;
const UPDATE = 'mutation($id: ID!, $version: Int!, $isActive: Boolean!) { integrationUpdate(input: { id: $id, version: $version, isActive: $isActive }) { integration { version } } }';
const DELETE = 'mutation($id: ID!, $version: Int!) { integrationDelete(input: { id: $id, version: $version }) { deletedId } }';

let sandbox;
let gateway;
let first; // Integrations of acme.
let second;

async function tokenOf(sub, ...organizations) {
  const grants = organizations.map((organizationId) => ({ organizationId, actions: ['READ', 'CREATE', 'UPDATE', 'DELETE'] }));
  return { authorization: `Bearer ${await sandbox.jwt({ sub, grants })}` };
}

async function ask(operationName, variables, headers) {
  const answer = await (await gateway.post({ query: EVENTS, operationName, variables }, headers)).json();
  return { errors: answer.errors, page: answer.data?.page };
}

async function pageOf(variables, headers) {
  const { errors, page } = await ask('Events', { organization: 'acme', ...variables }, headers);
  assert.equal(errors, undefined, JSON.stringify(errors));
  return page;
}

const sequencesOf = ({ nodes }) => nodes.map(({ sequence }) => sequence);

before(async () => {
  sandbox = new Sandbox();
  gateway = await sandbox.start((config, own) => {
    config.auditEvents = true;
    own.audit = { refusals: true };
  });
  assert.ok(gateway.url, gateway.log);
  first = await gateway.create('acme', 'one');
  second = await gateway.create('acme', 'two');
  const ann = { ...(await tokenOf('user:ann', 'acme')), 'user-agent': 'App/1' };
  for (const version of [1, 2, 3]) await gateway.data(UPDATE, { id: first.id, version, isActive: version % 2 === 0 }, ann);
  await gateway.data(DELETE, { id: first.id, version: 4 }, ann);
  await gateway.create('globex', 'other');
});

after(async () => {
  await gateway?.stop();
  sandbox?.remove();
});

test('an event says who did what, from where', async () => {
  const { nodes: [node], total } = await pageOf({ first: 1, after: (await pageOf({ first: 2 })).pageInfo.endCursor });
  const { id, time, traceId, ...rest } = node;
  assert.match(id, /^[0-9a-f-]{36}$/);
  assert.match(time, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assert.match(traceId, /^[0-9a-f]{32}$/);
  assert.equal(total, null);
  assert.deepEqual(rest, { sequence: 3, isErased: false, organization: { id: 'acme', title: 'Acme Corporation' }, actorId: 'user:ann',
    actor: { __typename: 'User', id: 'user:ann', title: 'ann' }, actorKind: 'USER', clientAddress: '127.0.0.1', userAgent: 'App/1', sourceType: 'API',
    aggregateType: 'Integration', aggregateId: first.id, eventType: 'UPDATED', refusedAction: null,
    changes: [{ field: 'version', old: 1, new: 2 }, { field: 'isActive', old: true, new: false }] });
});

test('pages, from both ends and in both orders', async () => {
  const all = [1, 2, 3, 4, 5, 6];
  for (const [direction, expected] of [['ASC', all], ['DESC', [...all].reverse()]]) {
    assert.deepEqual(sequencesOf(await pageOf({ direction })), expected);
    for (const name of ['first', 'last']) {
      const found = [];
      for (let cursor = null; ;) {
        const page = await pageOf({ direction, [name]: 4, [name === 'first' ? 'after' : 'before']: cursor });
        assert.deepEqual(page.edges.map(({ node }) => node.sequence), sequencesOf(page));
        found.splice(name === 'first' ? found.length : 0, 0, ...sequencesOf(page));
        if (!(name === 'first' ? page.pageInfo.hasNextPage : page.pageInfo.hasPreviousPage)) break;
        cursor = name === 'first' ? page.pageInfo.endCursor : page.pageInfo.startCursor;
      }
      assert.deepEqual(found, expected);
    }
  }
});

test('filters by actor, type and time', async () => {
  const sequences = async (filter) => sequencesOf(await pageOf({ filter }));
  const times = (await pageOf({})).nodes.map(({ time }) => time);
  assert.deepEqual(await sequences({ actorId: 'user:ann' }), [3, 4, 5, 6]);
  assert.deepEqual(await sequences({ actorId: 'nobody' }), []);
  assert.deepEqual(await sequences({ eventTypes: ['CREATED', 'DELETED'] }), [1, 2, 6]);
  assert.deepEqual(await sequences({ actorId: 'user:ann', eventTypes: ['DELETED'] }), [6]);
  assert.deepEqual(await sequences({ from: '2100-01-01T00:00:00Z' }), []);
  assert.deepEqual(await sequences({ to: '2100-01-01T00:00:00Z' }), [1, 2, 3, 4, 5, 6]);
  const from = times[3];
  assert.deepEqual(await sequences({ from }), [1, 2, 3, 4, 5, 6].filter((i) => times[i - 1] >= from));
  assert.deepEqual(await sequences({ to: from }), [1, 2, 3, 4, 5, 6].filter((i) => times[i - 1] < from));
});

test('the history of a deleted integration', async () => {
  const { page } = await ask('History', { organization: 'acme', entity: first.id });
  assert.deepEqual(page.nodes.map(({ eventType, aggregateId }) => [eventType, aggregateId === first.id]),
    ['CREATED', 'UPDATED', 'UPDATED', 'UPDATED', 'DELETED'].map((type) => [type, true]));
  const none = async (organization, entity) => assert.deepEqual((await ask('History', { organization, entity })).page.nodes, []);
  await none('globex', first.id);
  await none('acme', 'nothing');
  assert.equal((await ask('History', { organization: 'acme', entity: second.id })).page.nodes.length, 1);
});

test('who may not read in an organization sees nothing of it', async () => {
  const ann = await tokenOf('user:ann', 'acme');
  assert.equal((await ask('Events', { organization: 'acme' }, ann)).page.nodes.length, 6);
  const writer = { authorization: `Bearer ${await sandbox.jwt({ sub: 'eve', grants: [{ organizationId: 'globex', actions: ['CREATE', 'UPDATE', 'DELETE'] }] })}` };
  for (const headers of [ann, writer]) {
    for (const [operation, variables] of [['Events', {}], ['History', { entity: first.id }]]) {
      const { errors, page } = await ask(operation, { organization: 'globex', ...variables }, headers);
      assert.deepEqual([errors?.[0].extensions.code, page], ['PERMISSION_DENIED', undefined]);
    }
  }
  const both = await ask('Events', { organization: 'globex' }, await tokenOf('user:bob', 'globex'));
  assert.deepEqual(both.page.nodes.map(({ eventType, refusedAction }) => [eventType, refusedAction]).slice(0, 2), [['CREATED', null], ['REFUSED', 'READ']]);
});

test('an organization without events has an empty list', async () => {
  assert.deepEqual(await pageOf({ organization: 'nowhere' }), { nodes: [], edges: [], total: null,
    pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null } });
});

test('arguments that are wrong are rejected', async () => {
  for (const variables of [{ first: -1 }, { first: 101 }, { first: 1, last: 1 }, { after: 'x' }, { before: '' }, { filter: { from: 'yesterday' } }]) {
    const { errors } = await ask('Events', { organization: 'acme', ...variables });
    assert.equal(errors?.[0].extensions.code, 'VALIDATION_ERROR', JSON.stringify([variables, errors]));
  }
});

test('a cursor of another list is rejected by the name of its argument, in both orders', async () => {
  const other = (await ask('Events', { organization: 'globex' })).page.pageInfo.startCursor;
  for (const direction of ['ASC', 'DESC']) {
    for (const given of [{ after: other }, { before: other }, { after: other, last: 1 }, { before: other, last: 1 }]) {
      const { errors } = await ask('Events', { organization: 'acme', direction, ...given });
      assert.equal(errors?.[0].extensions.field, Object.keys(given)[0], JSON.stringify([direction, given, errors]));
    }
  }
});

test('the sample of the page for operators', async () => {
  const page = readFileSync(new URL('../../examples/operating.md', import.meta.url), 'utf8');
  const { auditEvents: { nodes } } = await gateway.data(/```graphql\n([^]*?)```/.exec(page)[1]);
  assert.deepEqual(nodes.map(({ aggregateId, actorId, actor, changes }) => [aggregateId, actorId, actor.title, changes[1]]),
    [[first.id, 'user:ann', 'ann', { field: 'title', old: 'one' }]]);
});

test('of an erased event there is only where it stood', async () => {
  execFileSync('python3', ['-c', `import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as db: db.execute('UPDATE event SET body = NULL, salt = NULL WHERE sequence = 1')`, sandbox.path('gateway.db')]);
  const { nodes: [node] } = await pageOf({ first: 1 });
  const { sequence, isErased, organization, changes, id, time, actor, eventType } = node;
  assert.deepEqual([sequence, isErased, organization.id, changes, id, time, actor, eventType], [1, true, 'acme', [], null, null, null, null]);
});

test('where each organization has an instance of its own, the one of the request answers', async () => {
  const own = new Sandbox();
  mkdirSync(own.path('tenants'));
  const many = await own.start((config, plugin) => {
    Object.assign(config, { auditEvents: true });
    config.plugins.instances = {};
    plugin.database = { root: own.path('tenants') };
  });
  try {
    const within = (organization) => ({ 'x-organization': organization });
    for (const organization of ['acme', 'globex']) {
      await many.data('mutation($id: ID!) { integrationCreate(input: { organizationId: $id, title: "x" }) { integration { id } } }', { id: organization }, within(organization));
    }
    const list = 'query($id: ID!) { auditEvents(organizationId: $id) { nodes { sequence organization { id } } } }';
    const { auditEvents } = await many.data(list, { id: 'globex' }, within('globex'));
    assert.deepEqual(auditEvents.nodes, [{ sequence: 1, organization: { id: 'globex' } }]);
    const { errors } = await many.query(list, { id: 'globex' }, within('acme'));
    assert.equal(errors[0].extensions.code, 'PERMISSION_DENIED');
  } finally {
    await many.stop();
    own.remove();
  }
});
