// SPDX-License-Identifier: MIT
// Each example gateway with a second plugin, the workshop of tests/node-host: errors inside its values,
// fields with resolvers of their own, what it learns of an HTTP request.
import assert from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { build } from '../support-js/paths.mjs';
import { Sandbox } from '../support-js/sandbox.mjs';
import { eventsOf } from '../support-js/trail.mjs';
import { ask, dataOf, GATEWAYS, start } from './support.mjs';

for (const name of GATEWAYS) {
  describe(name, () => {
    let sandbox;
    let server;

    before(async () => {
      sandbox = new Sandbox();
      symlinkSync(join(build, 'tests/node-host/workshop.so'), sandbox.path('plugins/workshop.so'));
      server = await start(name, sandbox.writeConfig());
      assert.ok(server.url, server.log);
    });

    after(async () => {
      await server?.stop();
      sandbox?.remove();
    });

    test('errors inside a value arrive with their paths', async () => {
      for (let round = 0; round < 3; round++) { // Mercurius compiles what is repeated.
        const { data, errors } = await ask(server, '{ a: shelf { label x: places { id shout } full { id } n: note } b: shelf { label } nothing }');
        assert.deepEqual(data, {
          a: { label: 'A', x: [{ id: 'gadget:1', shout: 'gadget gadget:1!' }, null, { id: 'gadget:3', shout: 'gadget gadget:3!' }], full: null, n: null },
          b: { label: 'A' },
          nothing: null,
        });
        assert.deepEqual(errors.map(({ message, path, extensions }) => [JSON.stringify(path), message, extensions.code]).sort(), [
          ['["a","full",1]', 'It is locked.', 'PERMISSION_DENIED'],
          ['["a","n"]', 'There is no note.', 'NOT_FOUND'],
          ['["a","x",1]', 'It is locked.', 'PERMISSION_DENIED'],
          ['["nothing"]', 'There is nothing.', 'NOT_FOUND'],
        ]);
      }
    });

    test('the plugin learns who asks and how', async () => {
      const seen = async (headers) => JSON.parse((await dataOf(server, '{ request }', {}, headers)).request);
      const { traceId, occurrence, ...rest } = await seen({ 'user-agent': 'Tool/1', 'idempotency-key': '"k 1"', 'accept-language': 'de-AT, en;q=0.5' });
      assert.match(traceId, /^[0-9a-f]{32}$/);
      assert.match(occurrence, /^urn:uuid:/);
      assert.deepEqual(rest, { actor: 'demo', actorKind: 1, source: 1, sourceType: 3, locale: 'de-AT', organizationId: null, clientAddress: '127.0.0.1',
        userAgent: 'Tool/1', idempotencyKey: 'k 1' });
      const browser = await seen({ origin: 'http://localhost:4000', authorization: `Bearer ${await sandbox.jwt({ sub: 'user:ada' })}` });
      assert.deepEqual([browser.actor, browser.actorKind, browser.sourceType, browser.idempotencyKey], ['user:ada', 1, 1, null]);
    });

    test('the audit trail says who it was, from where and with what', async () => {
      const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
      const grants = [{ organizationId: 'acme', actions: ['READ', 'CREATE'] }];
      const headers = { 'user-agent': 'Tool/2', traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
      const create = async (more) => dataOf(server, 'mutation { integrationCreate(input: { organizationId: "acme", title: "x" }) { integration { id } } }',
        {}, { ...headers, ...more });
      const bearer = async (claims) => ({ authorization: `Bearer ${await sandbox.jwt({ grants, ...claims })}` });
      await create({});
      await create({ origin: 'http://localhost:4000', ...await bearer({ sub: 'ann' }) });
      await create(await bearer({ sub: 'erp', client_id: 'erp' }));
      await create(await bearer({ sub: 'integration:1', client_id: 'erp' }));
      await create(await bearer({ sub: 'system:cron', azp: 'system:cron' }));
      const kinds = [['demo', 'USER', 'API'], ['ann', 'USER', 'WEB'], ['erp', 'INTEGRATION', 'INTEGRATION'],
        ['integration:1', 'INTEGRATION', 'INTEGRATION'], ['system:cron', 'SYSTEM', 'API']];
      assert.deepEqual(eventsOf(sandbox.path('gateway.db')).map(({ actorId, actorKind, sourceType, clientAddress, userAgent, traceId: trace }) =>
        [actorId, actorKind, sourceType, clientAddress, userAgent, trace]), kinds.map((kind) => [...kind, '127.0.0.1', 'Tool/2', traceId]));
    });

    test('a malformed idempotency key is rejected', async () => {
      const response = await server.post({ query: '{ request }' }, { 'idempotency-key': '"open' });
      const { data, errors } = await response.json();
      assert.deepEqual([response.status, data, errors.length, errors[0].extensions?.code], [400, undefined, 1, 'BAD_REQUEST']);
      assert.match(errors[0].message, /Idempotency-Key/);
    });
  });
}
