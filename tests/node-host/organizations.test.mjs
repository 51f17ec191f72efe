// SPDX-License-Identifier: MIT
// The option `organizations`: the host says which exist.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Organizations } from '../../examples/node-host/lib/organizations.js';
import { ACTOR, ALL_ACTIONS, ask, Bench, create, graphql } from './support.mjs';

const CREATE = 'mutation($of: ID!) { integrationCreate(input: { organizationId: $of, title: "T" }) { integration { id } } }';
const never = () => new Promise(() => {});

/** Loads the plugin with a database for each organization. `asked` has what `exists` was asked. */
async function loadWith(t, exists, more = {}) {
  const bench = new Bench(t);
  const root = join(bench.folder, 'tenants');
  mkdirSync(root);
  const asked = [];
  const lines = [];
  const plugins = await bench.load({
    settings: { 'integrations.so': { required: true, config: { database: { root } } } },
    organizations: { exists: (id, context) => { asked.push([id, context.actor.id]); return exists(id); }, ...more.organizations },
    log: (level, message, traceId) => lines.push([level, message, traceId]),
    ...more.options,
  });
  const files = () => readdirSync(root, { recursive: true });
  return { plugins, asked, lines: () => lines.filter(([level]) => level === 'error'), files };
}

const codesOf = ({ errors = [] }) => errors.map(({ extensions }) => extensions.code);

test('creating in an organization that does not exist is NOT_FOUND, and makes nothing', async (t) => {
  const { plugins, asked, files } = await loadWith(t, async (id) => id === 'acme', { organizations: { typeBase: 'https://errors.example.org/' } });
  const traceId = 'c'.repeat(32);
  const contextValue = { actor: ACTOR, pluginRequest: plugins.request({ actor: ACTOR, traceId, occurrence: 'urn:x' }) };
  const { data, errors } = await graphql.graphql({ schema: plugins.schema, source: CREATE, contextValue, variableValues: { of: 'ghost' } });
  const { timestamp, ...extensions } = errors[0].extensions;
  assert.deepEqual(extensions, { code: 'NOT_FOUND', type: 'https://errors.example.org/not-found', title: 'Resource Not Found', status: 404,
    detail: 'There is no such organization', instance: 'urn:x', traceId, entityType: 'Organization', entityId: 'ghost', field: 'input.organizationId' });
  assert.match(timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.deepEqual([{ ...data }, errors[0].message, errors[0].path], [{ integrationCreate: null }, 'There is no such organization', ['integrationCreate']]);
  const long = (await ask(plugins, CREATE, { variables: { of: 'é'.repeat(33) } })).errors[0].extensions;
  assert.deepEqual([long.code, 'entityId' in long, 'instance' in long, /^[0-9a-f]{32}$/.test(long.traceId)], ['NOT_FOUND', false, false, true]);
  assert.deepEqual(files(), []);
  await create(plugins, 'T');
  assert.deepEqual(asked.map(([id]) => id), ['ghost', 'é'.repeat(33), 'acme']);
  assert.ok(files().some((name) => name.endsWith('acme/integrations.db')));
});

test('it is asked once for each organization and request, for changes only, and only about actors who may create there', async (t) => {
  const { plugins, asked } = await loadWith(t, () => true);
  const id = await create(plugins, 'T');
  await ask(plugins, `mutation { a: integrationCreate(input: { organizationId: "acme", title: "A" }) { integration { id } }
    b: integrationCreate(input: { organizationId: "globex", title: "B" }) { integration { id } }
    c: integrationCreate(input: { organizationId: "acme", title: "C" }) { integration { id } }
    integrationUpdate(input: { id: "${id}", version: 1, isActive: false }) { integration { id } }
    integrationDelete(input: { id: "${id}", version: 2 }) { deletedId } }`);
  await ask(plugins, '{ integrations(organizationId: "acme") { nodes { id } } }');
  assert.deepEqual(asked.splice(0), [['acme', 'user:test'], ['acme', 'user:test'], ['globex', 'user:test']]);
  const other = { id: 'user:eve', grants: [{ organizationId: 'acme', actions: ['READ', 'UPDATE', 'DELETE'] }, { organizationId: 'globex', actions: ALL_ACTIONS }] };
  for (const of of ['acme', 'initech', '']) {
    assert.deepEqual(codesOf(await ask(plugins, CREATE, { actor: other, variables: { of } })), [of === '' ? 'VALIDATION_ERROR' : 'PERMISSION_DENIED']);
  }
  for (const of of ['', '\ud800', 'x'.repeat(256)]) assert.deepEqual(codesOf(await ask(plugins, CREATE, { variables: { of } })), ['VALIDATION_ERROR']);
  const contextValue = { actor: other, pluginRequest: plugins.request({ actor: other, organizationId: 'acme' }) };
  const narrowed = await graphql.graphql({ schema: plugins.schema, source: CREATE, contextValue, variableValues: { of: 'globex' } });
  assert.deepEqual(codesOf(narrowed), ['PERMISSION_DENIED']);
  assert.deepEqual(asked, []);
});

test('where the host can not say, the change is rejected with SERVICE_UNAVAILABLE, and the log has the reason', async (t) => {
  const fail = () => { throw new Error('the directory is down'); };
  const cases = [[fail, /^organizations\.exists failed for acme: the directory is down$/], [async () => fail(), /: the directory is down$/],
    [() => Promise.reject(), /: undefined$/], [() => undefined, /: it must answer true or false$/], [async () => 'yes', /: it must answer true or false$/],
    [never, /: no answer within 20 ms$/]];
  for (const [exists, said] of cases) {
    const { plugins, asked, lines, files } = await loadWith(t, exists, { organizations: { timeoutMilliseconds: 20 } });
    const two = CREATE.replace(/ \}$/, ' again: integrationCreate(input: { organizationId: $of, title: "T" }) { integration { id } } }');
    const { data, errors } = await ask(plugins, two, { variables: { of: 'acme' } });
    assert.deepEqual([data, errors.map(({ message, extensions: { code, status, type } }) => [message, code, status, type])], [{ integrationCreate: null, again: null },
      Array(2).fill(['Whether the organization exists is not known now. Try again later', 'SERVICE_UNAVAILABLE', 503, 'urn:gql-integrations:problem:service-unavailable'])]);
    assert.deepEqual([asked.length, lines().length, files()], [1, 1, []]);
    assert.match(lines()[0][1], said);
  }
});

test('it has until the deadline of the request', async (t) => {
  const { plugins, lines } = await loadWith(t, never);
  const contextValue = { actor: ACTOR, pluginRequest: plugins.request({ actor: ACTOR, deadlineMilliseconds: 30 }) };
  const result = await graphql.graphql({ schema: plugins.schema, source: CREATE, contextValue, variableValues: { of: 'acme' } });
  assert.deepEqual(codesOf(result), ['SERVICE_UNAVAILABLE']);
  assert.match(lines()[0][1], /: no answer within \d\d? ms$/);
});

test('no instance is created for an organization that does not exist', async (t) => {
  const instances = { key: ({ actor }) => actor.id, config: () => ({ organization: 'ghost' }) };
  const { plugins } = await loadWith(t, () => false, { options: { instances } });
  assert.deepEqual(codesOf(await ask(plugins, CREATE, { variables: { of: 'ghost' } })), ['NOT_FOUND']);
  assert.deepEqual(plugins.instances.list(), []);
});

test('organizations are found wherever arguments name them, and the error has the place', async () => {
  const asked = [];
  const request = { mayCreateIn: () => true, remainingMilliseconds: () => Infinity, traceId: null, occurrence: null };
  const exists = (id) => { asked.push(id); return id !== 'd'; };
  const check = (args, of = request) => new Organizations({ exists, timeoutMilliseconds: 1000, typeBase: '' }, () => {}).check(args, {}, of);
  assert.equal(check({ id: 'x', input: { organization: 'a', organizationId: null, tags: ['organizationId'] } }), undefined);
  assert.equal(check({ organizationId: 'a' }, { mayCreateIn: () => false }), undefined);
  await assert.rejects(check({ organizationId: 'a', inputs: [{ organizationId: 'b' }, { deep: { organizationId: 'd' } }], last: { organizationId: 'e' } }),
    ({ extensions: { field, entityId } }) => field === 'inputs.1.deep.organizationId' && entityId === 'd');
  assert.deepEqual(asked, ['a', 'b', 'd']);
});
