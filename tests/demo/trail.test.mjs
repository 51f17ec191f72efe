// SPDX-License-Identifier: MIT
// What the audit trail says of who changed something over HTTP.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventsOf } from '../support-js/trail.mjs';
import { Sandbox } from './harness.mjs';

let sandbox;
let gateway;

before(async () => {
  sandbox = new Sandbox();
  gateway = await sandbox.start((config, own) => {
    own.audit = { refusals: true };
  });
});

after(async () => {
  await gateway?.stop();
  sandbox?.remove();
});

const CREATE = 'mutation { integrationCreate(input: { organizationId: "acme", title: "x" }) { integration { id } } }';

test('who, from where and with what, of a change and of what is denied', async () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const headers = { 'user-agent': 'App/1', traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
  const actor = async (sub, actions) => ({
    ...headers, authorization: `Bearer ${await sandbox.jwt({ sub, grants: [{ organizationId: 'acme', actions }] })}`,
  });
  const data = await gateway.data(CREATE, {}, await actor('ann', ['READ', 'CREATE']));
  const denied = await gateway.query(CREATE, {}, await actor('eve', ['READ']));
  assert.equal(denied.errors[0].extensions.code, 'PERMISSION_DENIED');
  const [created, refused] = eventsOf(sandbox.path('gateway.db'));
  const said = { organizationId: 'acme', clientAddress: '127.0.0.1', userAgent: 'App/1', sourceType: 'API', traceId,
    aggregateType: 'Integration' };
  const { id, time, ...rest } = created;
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.deepEqual(rest, { ...said, actorId: 'ann', actorKind: 'USER', aggregateId: data.integrationCreate.integration.id, eventType: 'CREATED',
    data: { version: { new: 1 }, title: { new: 'x' }, isActive: { new: true }, credentialRef: { new: null } } });
  const { id: other, time: later, ...denial } = refused;
  assert.notEqual(other, id);
  assert.ok(later >= time);
  assert.deepEqual(denial, { ...said, actorId: 'eve', actorKind: 'USER', eventType: 'REFUSED', data: { action: 'CREATE' } });
});
