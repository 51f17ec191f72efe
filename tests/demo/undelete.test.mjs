// SPDX-License-Identifier: MIT
// A person deletes an integration by mistake, and an operator brings it back beside the gateway.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { build, Sandbox } from './harness.mjs';

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

const FIELDS = 'id version title isActive';
const READ = `query($id: ID!) { integration(id: $id) { ${FIELDS} }
  integrations(organizationId: "acme", first: 10) { total { count } nodes { id } } }`;
const UPDATE = `mutation($input: IntegrationUpdateInput!) { integrationUpdate(input: $input) { integration { ${FIELDS} } } }`;
const DELETE = 'mutation($input: IntegrationDeleteInput!) { integrationDelete(input: $input) { deletedId } }';

/** The objects that integrationsctl prints. */
function operate(...command) {
  const [first, ...rest] = command;
  const names = rest[0]?.match(/^[a-z]+$/) ? [first, rest.shift()] : [first];
  const said = execFileSync(join(build, 'plugin/ctl/integrationsctl'),
    [...names, '--database', sandbox.path('gateway.db'), '--json', ...rest], { encoding: 'utf8' });
  return said.split('\n').filter(Boolean).map((line) => JSON.parse(line));
}

test('one command brings it back, with its history', async () => {
  const { id } = await gateway.create('acme', 'Mail relay');
  const other = await gateway.create('acme', 'Other');
  await gateway.data(UPDATE, { input: { id, version: 1, isActive: false } });
  await gateway.data(DELETE, { input: { id, version: 2 } });

  const gone = await gateway.query(READ, { id });
  assert.equal(gone.data.integration, null);
  assert.deepEqual(gone.data.integrations, { total: { count: 1 }, nodes: [{ id: other.id }] });
  const [deleted] = operate('audit', 'list', '--type', 'DELETED');
  assert.equal(deleted.aggregateId, id);
  const [kept] = operate('deleted', 'list');
  assert.deepEqual([kept.id, kept.title, kept.actorId], [id, 'Mail relay', deleted.actorId]);

  const [restored] = operate('undelete', id);
  assert.equal(restored.version, 3);
  const back = await gateway.data(READ, { id });
  assert.deepEqual(back.integration, { id, version: 3, title: 'Mail relay', isActive: false });
  assert.equal(back.integrations.total.count, 2);
  assert.deepEqual(operate('audit', 'list', '--entity', id).map((event) => event.eventType),
    ['CREATED', 'UPDATED', 'DELETED', 'RESTORED']);
  assert.equal((await gateway.data(UPDATE, { input: { id, version: 3, isActive: true } }))
    .integrationUpdate.integration.version, 4);
});
