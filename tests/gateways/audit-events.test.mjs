// SPDX-License-Identifier: MIT
// Every gateway serves who did what, where its configuration says so.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Sandbox } from '../support-js/sandbox.mjs';
import { create, dataOf, GATEWAYS, start } from './support.mjs';

const EVENTS = `query($entity: ID!) {
  auditEvents(organizationId: "acme", first: 1, orderBy: { field: TIME, direction: DESC }) {
    edges { cursor node { sequence } }
    pageInfo { hasNextPage }
    total { count }
  }
  entityHistory(organizationId: "acme", entityId: $entity) {
    nodes { sequence eventType actorId actor { __typename id title } organization { title } changes { field old new } }
  }
}`;
let sandbox;

before(() => { sandbox = new Sandbox(); });
after(() => sandbox?.remove());

for (const name of GATEWAYS) {
  test(`${name}: auditEvents and entityHistory`, async () => {
    const server = await start(name, sandbox.writeConfig((config) => { config.auditEvents = true; }, name));
    try {
      assert.ok(server.url, server.log);
      const headers = { authorization: `Bearer ${await sandbox.jwt({ sub: 'user:ann', grants: [{ organizationId: 'acme', actions: ['READ', 'CREATE'] }] })}` };
      const made = await create(server, 'one', headers);
      await create(server, 'two', headers);
      const { auditEvents, entityHistory } = await dataOf(server, EVENTS, { entity: made.id }, headers);
      const { edges: [{ cursor, node }], pageInfo, total } = auditEvents;
      assert.deepEqual([typeof cursor, node, pageInfo, total], ['string', { sequence: 2 }, { hasNextPage: true }, null]);
      assert.deepEqual(entityHistory.nodes, [{ sequence: 1, eventType: 'CREATED', actorId: 'user:ann', actor: { __typename: 'User', id: 'user:ann', title: 'ann' },
        organization: { title: 'Acme Corporation' }, changes: [{ field: 'version', old: null, new: 1 }, { field: 'title', old: null, new: 'one' },
          { field: 'isActive', old: null, new: true }, { field: 'credentialRef', old: null, new: null }] }]);
    } finally {
      await server.stop();
    }
  });
}
