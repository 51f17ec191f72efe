// SPDX-License-Identifier: MIT
// An instance for each organization in the demo gateway: plugins.instances.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Sandbox } from './harness.mjs';

const LIST = 'query($of: ID!) { integrations(organizationId: $of) { nodes { id title } } }';
const CREATE = 'mutation($of: ID!) { integrationCreate(input: { organizationId: $of, title: "T" }) { integration { id } } }';
const NODE = 'query($id: ID!) { node(id: $id) { id } integration(id: $id) { id } }';
let sandbox;
let gateway;

before(async () => {
  sandbox = new Sandbox();
  mkdirSync(sandbox.path('tenants'));
  gateway = await sandbox.start((config, own) => {
    config.plugins.instances = { maxIdle: 2 };
    config.graphiql = { headers: { 'X-Organization': 'acme' } };
    own.database = { root: sandbox.path('tenants') };
  });
  assert.ok(gateway.url, gateway.log);
});

after(async () => {
  await gateway?.stop();
  sandbox?.remove();
});

const of = (organization, more = {}) => ({ 'x-organization': encodeURIComponent(organization), ...more });

async function createIn(organization) {
  return (await gateway.data(CREATE, { of: organization }, of(organization))).integrationCreate.integration.id;
}

async function listIn(organization) {
  return (await gateway.data(LIST, { of: organization }, of(organization))).integrations.nodes.map(({ id }) => id);
}

const databases = () => readdirSync(sandbox.path('tenants'), { recursive: true }).filter((name) => name.endsWith('integrations.db')).length;

test('a request without an organization is rejected, with the cure; so is a header that names none', async () => {
  const headers = [{}, ...['', 'a b', 'acme, globex', 'Café', '%', '%FF', '%00', 'a%00', '"acme"', 'x'.repeat(129), '%C3%A9'.repeat(65)]
    .map((value) => ({ 'x-organization': Buffer.from(value).toString('latin1') }))];
  for (const [index, header] of headers.entries()) {
    for (const query of ['{ ping: __typename }', LIST]) {
      const response = await gateway.post({ query, variables: { of: 'acme' } }, header);
      const { errors: [{ message, extensions }] } = await response.json();
      assert.deepEqual([response.status, extensions.code], [400, 'BAD_REQUEST'], JSON.stringify(header));
      assert.match(message, index === 0 ? /^The header X-Organization is missing\. Send .* X-Organization: acme$/ : /^The header X-Organization does not hold an ID .* Send /);
    }
  }
});

test('organizations have integrations of their own, whatever the ID looks like; reading makes nothing', async () => {
  const organizations = ['acme', 'Acme', 'Café / ..%', '+a', 'é'.repeat(64)];
  for (const organization of organizations) assert.deepEqual(await listIn(organization), []);
  assert.equal(databases(), 0);
  const ids = [];
  for (const organization of organizations) ids.push(await createIn(organization));
  for (const [index, organization] of organizations.entries()) assert.deepEqual(await listIn(organization), [ids[index]]);
  assert.equal(databases(), organizations.length);
});

test('the header opens nothing that the grants do not, and grants nothing that the header does not name', async () => {
  const id = await createIn('globex');
  const authorization = `Bearer ${await sandbox.jwt({ sub: 'user:eve', grants: [{ organizationId: 'acme', actions: ['READ', 'CREATE'] }] })}`;
  for (const [header, organization] of [['globex', 'globex'], ['globex', 'acme'], ['acme', 'globex']]) {
    for (const query of [LIST, CREATE]) {
      const { data, errors } = await gateway.query(query, { of: organization }, of(header, { authorization }));
      assert.deepEqual([data?.integrationCreate ?? null, errors[0].extensions.code], [null, 'PERMISSION_DENIED'], `${header} ${organization} ${query}`);
    }
  }
  for (const header of ['acme', 'globex']) {
    const { data, errors } = await gateway.query(NODE, { id }, of(header, { authorization }));
    assert.deepEqual([data, errors.map(({ extensions }) => extensions.code)], [{ node: null, integration: null }, ['NOT_FOUND']]);
  }
  assert.deepEqual((await gateway.data(NODE, { id }, of('globex'))).integration, { id });
});

test('GraphiQL needs no header to be loaded, and knows one', async () => {
  const page = await fetch(gateway.url, { headers: { accept: 'text/html' } });
  assert.equal(page.status, 200);
  assert.match(await page.text(), /X-Organization[^\n]*acme/);
  assert.match(gateway.log, /each organization has an instance of its own, which requests name by the header X-Organization/);
});

test('with onlyListedOrganizations, nothing is made for another organization, whose list is empty', async () => {
  mkdirSync(sandbox.path('listed'));
  const own = await sandbox.start((config, settings) => {
    config.onlyListedOrganizations = true;
    config.plugins.instances = { plugins: [] };
    settings.database = { root: sandbox.path('listed') };
    settings.errors = { typeBase: 'urn:x:' };
  });
  try {
    const { errors: [{ extensions }] } = await own.query(CREATE, { of: 'ghost' }, of('ghost'));
    const { code, type, entityType, entityId, field } = extensions;
    assert.deepEqual([code, type, entityType, entityId, field], ['NOT_FOUND', 'urn:x:not-found', 'Organization', 'ghost', 'input.organizationId']);
    assert.deepEqual(await own.data(LIST, { of: 'ghost' }, of('ghost')), { integrations: { nodes: [] } });
    assert.deepEqual(readdirSync(sandbox.path('listed')), []);
    await own.data(CREATE, { of: 'acme' }, of('acme'));
    // A plugin with one instance for all learns the organization of the header, too.
    assert.equal((await own.query(LIST, { of: 'acme' }, of('globex'))).errors[0].extensions.code, 'PERMISSION_DENIED');
  } finally {
    await own.stop();
  }
});
