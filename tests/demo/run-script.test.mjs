// SPDX-License-Identifier: MIT
// examples/run.sh: what it refuses, and what it starts.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { root, vaultctl } from '../support-js/paths.mjs';
import { Gateway, Sandbox } from './harness.mjs';

const RUN = join(root, 'examples/run.sh');
let sandbox;

before(() => { sandbox = new Sandbox(); });
after(() => sandbox?.remove());

/** Runs the script, which must refuse these variables before it writes anything. Returns {status, stderr}. */
function refused(variables) {
  const data = sandbox.path('unused');
  const result = spawnSync(RUN, { env: { ...process.env, DATA: data, ...variables }, encoding: 'utf8', timeout: 120_000 });
  assert.equal(existsSync(data), false);
  return result;
}

test('a port in use is reported with the cure', async () => {
  const server = createServer();
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address();
  const { status, stderr } = refused({ PORT: String(port) });
  server.close();
  assert.equal(status, 1);
  assert.match(stderr, new RegExp(`run\\.sh: port ${port} can't be used: .*PORT=`));
});

test('an unknown tenancy is refused by name, with those that are known', () => {
  for (const tenancy of ['per-tenant', 'PER-INSTANCE', 'shared ']) {
    const { status, stderr } = refused({ TENANCY: tenancy });
    assert.equal(status, 2);
    assert.equal(stderr, `run.sh: TENANCY must be shared, per-organization or per-instance, not '${tenancy}'\n`);
  }
});

test('an unknown database is refused by name, and so is a tenancy that has databases of its own', () => {
  assert.equal(refused({ DATABASE: 'mysql' }).stderr, "run.sh: DATABASE must be sqlite or postgres, not 'mysql'\n");
  for (const TENANCY of ['per-organization', 'per-instance']) {
    const { status, stderr } = refused({ DATABASE: 'postgres', TENANCY });
    assert.equal(status, 2);
    assert.equal(stderr, `run.sh: DATABASE=postgres keeps all organizations together: leave TENANCY=${TENANCY} out\n`);
  }
});

test('a build has the tools, but no tests unless it is set up with them', () => {
  const options = JSON.parse(execFileSync('meson', ['introspect', '--buildoptions', join(root, 'meson.build')], { encoding: 'utf8' }));
  assert.equal(options.find(({ name }) => name === 'tests').value, 'disabled');
  for (const target of ['vault/vaultctl', 'abi/check/gql-plugin-check']) assert.ok(readFileSync(RUN, 'utf8').includes(target), target);
});

/** Starts the demo by the script. It loads build/, so a suite of another build does not do this again. */
async function running(variables, body) {
  const gateway = new Gateway(RUN, [], { PORT: '0', ...variables });
  try {
    await gateway.ready();
    assert.ok(gateway.url, gateway.log);
    await body(gateway);
  } finally {
    await gateway.stop();
  }
}

test('with TENANCY=per-organization, each organization has a database of its own', { skip: Boolean(process.env.BUILD) }, async () => {
  const DATA = sandbox.path('data');
  await running({ DATA, TENANCY: 'per-organization' }, async (gateway) => {
    assert.deepEqual(readdirSync(join(DATA, 'tenants')), []);
    const made = [await gateway.create('acme', 'A'), await gateway.create('globex', 'G'), await gateway.create('acme', 'B')];
    const { nodes } = await gateway.data('query($ids: [ID!]!) { nodes(ids: $ids) { ... on Integration { id title organization { title } } } }',
      { ids: made.map(({ id }) => id) });
    assert.deepEqual(nodes, made.map(({ id, title }, i) => ({ id, title, organization: { title: ['Acme Corporation', 'Globex', 'Acme Corporation'][i] } })));
    const databases = readdirSync(join(DATA, 'tenants'), { recursive: true }).filter((name) => name.endsWith('/integrations.db'));
    assert.deepEqual(databases.map((name) => name.split('/')[1]).sort(), ['acme', 'globex']);
  });
  assert.equal(existsSync(join(DATA, 'integrations.db')), false);
});

test('with TENANCY=per-instance, the header names the organization, whose keyring is its own', { skip: Boolean(process.env.BUILD) }, async () => {
  const DATA = sandbox.path('data'); // Of the test before: both ways have the same files.
  await running({ DATA, TENANCY: 'per-instance' }, async (gateway) => {
    assert.match((await gateway.query('{ __typename }')).errors[0].message, /^The header X-Organization is missing/);
    const issue = (organization) => execFileSync(vaultctl, ['issue', '--secret', join(DATA, `vault/${organization}.paserk`), '--aud', organization, '--sub', 'kv/x'],
      { env: { ...process.env, VAULT_PASSPHRASE_FILE: join(DATA, 'vault/passphrase') }, encoding: 'utf8' }).trim();
    const createIn = (organizationId, credentialRef) => gateway.query(
      'mutation($input: IntegrationCreateInput!) { integrationCreate(input: $input) { integration { title } } }',
      { input: { organizationId, title: 'C', credentialRef } }, { 'x-organization': organizationId });
    for (const organization of ['acme', 'globex']) {
      assert.deepEqual(await createIn(organization, issue(organization)), { data: { integrationCreate: { integration: { title: 'C' } } } });
    }
    assert.equal((await createIn('globex', issue('acme'))).errors[0].extensions.code, 'VALIDATION_ERROR');
    assert.equal((await createIn('initech', issue('acme'))).errors[0].extensions.code, 'SERVICE_UNAVAILABLE'); // It has no keyring.
    const { integrations } = await gateway.data('{ integrations(organizationId: "acme") { nodes { title } } }', {}, { 'x-organization': 'acme' });
    assert.deepEqual(integrations.nodes.map(({ title }) => title), ['A', 'B', 'C']);
  });
});

test('with DATABASE=postgres, two gateways share a private server, which ends with them', { skip: Boolean(process.env.BUILD) }, async () => {
  const DATA = sandbox.path('on-server');
  chmodSync(sandbox.folder, 0o711); // The server's user must get to its own folder.
  const pid = join(DATA, 'postgres/data/postmaster.pid'); // The server removes it at its end.
  await running({ DATA, DATABASE: 'postgres' }, async (gateway) => {
    const urls = () => [...gateway.log.matchAll(/serving (http:[^\s"]+)/g)].map(([, url]) => url);
    for (const until = Date.now() + 60_000; urls().length < 2; await sleep(20)) assert.ok(Date.now() < until, gateway.log);
    const { id } = await gateway.create('acme', 'A');
    for (const url of urls()) {
      gateway.url = url;
      assert.deepEqual(await gateway.data('query($id: ID!) { integration(id: $id) { title } }', { id }), { integration: { title: 'A' } });
    }
    assert.equal(statSync(`/proc/${readFileSync(pid, 'utf8').split('\n')[0]}`).uid === 0, false);
  });
  assert.equal(existsSync(pid), false);
  assert.ok(existsSync(join(DATA, 'postgres/data/PG_VERSION')));
  assert.equal(existsSync(join(DATA, 'integrations.db')), false);
});
