// SPDX-License-Identifier: MIT
// Each example gateway serves the plugin and behaves as all examples do. tests/conformance tests the
// plugin's own behaviour.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { holdLock } from '../conformance/runner/database.mjs';
import { Sandbox } from '../support-js/sandbox.mjs';
import { ask, create, CREATE, dataOf, GATEWAYS, start } from './support.mjs';

const PROBLEM = {
  code: 'VALIDATION_ERROR', type: 'urn:gql-integrations:problem:validation', title: 'Validation Error', status: 400, field: 'input.title',
};
const UNDER_WAY = 300; // Milliseconds after which a request has certainly reached the plugin.
const SOON = 30_000; // Milliseconds. Fastify keeps an idle connection for 72,000.

for (const name of GATEWAYS) {
  describe(name, () => {
    let sandbox;
    let server;

    before(async () => {
      sandbox = new Sandbox();
      server = await start(name, sandbox.writeConfig());
      assert.ok(server.url, server.log);
    });

    after(async () => {
      await server?.stop();
      sandbox?.remove();
    });

    test('a mutation, then a query over types of plugin and host', async () => {
      const { id, version, title } = await create(server, '  ERP  ');
      assert.deepEqual({ version, title }, { version: 1, title: 'ERP' });
      const data = await dataOf(server, `query($id: ID!) {
        integration(id: $id) { title organization { title settings { locale } } }
        node(id: $id) { __typename ... on Titled { title } ... on Integration { organization { version } } }
        actors(ids: ["user:ada", $id]) { __typename id title }
      }`, { id });
      assert.deepEqual(data, {
        integration: { title: 'ERP', organization: { title: 'Acme Corporation', settings: { locale: 'en' } } },
        node: { __typename: 'Integration', title: 'ERP', organization: { version: 1 } },
        actors: [{ __typename: 'User', id: 'user:ada', title: 'ada' }, { __typename: 'Integration', id, title: 'ERP' }],
      });
    });

    test('an error of the plugin arrives with all its extensions', async () => {
      const traceId = '0af7651916cd43dd8448eb211c80319c';
      const { data, errors } = await ask(server, CREATE, { input: { organizationId: 'acme', title: ' ' } },
        { traceparent: `00-${traceId}-b7ad6b7169203331-01` });
      assert.deepEqual(data, { integrationCreate: null });
      assert.equal(errors.length, 1);
      const { message, path, extensions } = errors[0];
      const { timestamp, instance, serviceName, ...rest } = extensions; // serviceName: of those that know several services
      assert.deepEqual(path, ['integrationCreate']);
      assert.deepEqual(rest, { ...PROBLEM, traceId, detail: message });
      assert.match(timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      assert.match(instance, /^urn:uuid:[0-9a-f-]{36}$/);
    });

    test('grants of a token decide; a bad token is 401', async () => {
      const { id } = await create(server, 'Guarded');
      const reader = { authorization: `Bearer ${await sandbox.jwt({ sub: 'user:ben', grants: [{ organizationId: 'acme', actions: ['READ'] }] })}` };
      assert.deepEqual(await dataOf(server, 'query($id: ID!) { me { id } integration(id: $id) { title } }', { id }, reader),
        { me: { id: 'user:ben' }, integration: { title: 'Guarded' } });
      const { errors } = await ask(server, CREATE, { input: { organizationId: 'acme', title: 'x' } }, reader);
      assert.equal(errors[0].extensions.code, 'PERMISSION_DENIED');
      for (const authorization of ['Bearer rubbish', `Bearer ${await sandbox.jwt({ sub: 'u' }, { secret: 'x'.repeat(40) })}`]) {
        const response = await server.post({ query: '{ me { id } }' }, { authorization });
        assert.equal(response.status, 401);
        assert.match(response.headers.get('www-authenticate'), /^Bearer/);
        const body = await response.json();
        assert.equal(body.data ?? null, null);
        assert.equal(body.errors[0].extensions.code, 'UNAUTHENTICATED');
      }
    });

    test('a request that is not GraphQL is rejected without details of the server', async () => {
      const get = new URL(server.url);
      get.search = new URLSearchParams({ query: 'query A { me { id } }', operationName: 'B' });
      for (const response of [await server.post('{'), await fetch(get, { headers: { 'apollo-require-preflight': 'true' } })]) {
        const text = await response.text();
        assert.ok(response.status >= 400, `${response.status}`);
        assert.doesNotMatch(text, /node_modules|Cannot read properties/);
      }
    });

    test('a demo without tokens rejects pages of other sites', async () => {
      const response = await server.post({ query: '{ me { id } }' }, { origin: 'https://elsewhere.example' });
      assert.equal(response.status, 403);
      const form = await fetch(server.url, { method: 'POST', headers: { origin: 'null' },
        body: new URLSearchParams({ query: 'mutation { integrationCreate(input: {organizationId: "form", title: "x"}) { integration { id } } }' }) });
      assert.ok(form.status >= 400, `${form.status}`);
      assert.deepEqual(await dataOf(server, '{ integrations(organizationId: "form") { nodes { id } } }'), { integrations: { nodes: [] } });
    });

    test('a document with too many tokens is rejected, and so is a body that is too large', async () => {
      const { data, errors } = await ask(server, `{ ${'a: me { id } '.repeat(3000)} }`);
      assert.equal(data ?? null, null);
      assert.match(errors[0].message, /more that 5000 tokens/);
      assert.equal((await server.post(`{"query":"{ me { id } }","pad":"${'x'.repeat(1 << 20)}"}`)).status, 413);
    });

    test('the named operation is executed, each time', async () => {
      const query = 'query A { me { id } } query B { organization(id: "acme") { title } }';
      for (const operationName of ['A', 'B', 'A', 'B', 'A', 'B']) {
        const get = new URL(server.url);
        get.search = new URLSearchParams({ query, operationName });
        const headers = { 'apollo-require-preflight': 'true' };
        for (const response of [await server.post({ query, operationName }), await fetch(get, { headers })]) {
          const { data, errors } = await response.json();
          assert.equal(errors, undefined);
          assert.deepEqual(data, operationName === 'A' ? { me: { id: 'demo' } } : { organization: { title: 'Acme Corporation' } });
        }
      }
    });

    test('a port in use is reported, and the process ends', async () => {
      const { port } = new URL(server.url);
      const second = await start(name, sandbox.writeConfig((config) => { config.port = Number(port); }, 'second'));
      assert.equal(second.url, undefined);
      assert.deepEqual(await second.ended, { code: 1, signal: null });
      assert.match(second.log, /gateway: Port \d+ of 127\.0\.0\.1 is in use: .* set another port\n/);
    });

    for (const signal of ['SIGTERM', 'SIGINT']) {
      test(`on ${signal} requests under way are answered first, and the server stops cleanly`, async () => {
        const ending = await start(name, sandbox.writeConfig(() => {}, signal));
        await create(ending, 'Before');
        const release = await holdLock(sandbox.path(`${signal}.db`));
        const created = create(ending, 'Under way');
        await sleep(UNDER_WAY);
        const end = ending.stop(signal);
        await sleep(UNDER_WAY);
        assert.equal(ending.child.exitCode, null, ending.log);
        await release();
        assert.equal((await created).title, 'Under way');
        assert.deepEqual(await Promise.race([end, sleep(SOON, 'still there', { ref: false })]), { code: 0, signal: null });
        assert.match(ending.log, /stopped/);
      });
    }
  });
}
