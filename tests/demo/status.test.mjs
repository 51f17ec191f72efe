// SPDX-License-Identifier: MIT
// The status page over HTTP: who gets its data, from which address, and what is not in it.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Sandbox } from './harness.mjs';

let sandbox;

before(() => { sandbox = new Sandbox(); });
after(() => sandbox?.remove());

/** Runs the body with a gateway. */
async function served(body, change) {
  const gateway = await sandbox.start(change);
  try {
    assert.ok(gateway.url, gateway.log);
    await body(gateway, (path, headers) => fetch(new URL(path, gateway.url), { headers }));
  } finally {
    await gateway.stop();
  }
}

const reader = async (organizationId, actions = ['READ']) => (
  { authorization: `Bearer ${await sandbox.jwt({ sub: 'watcher', grants: [{ organizationId, actions }] })}` });

test('anybody gets the page, which holds no data, and may run nothing but its own script', async () => {
  await served(async (gateway, get) => {
    await gateway.create('acme', 'a secret title');
    const answer = await get('/status');
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), 'text/html; charset=utf-8');
    assert.match(answer.headers.get('content-security-policy'), /^default-src 'none'; style-src 'sha256-\S+'; script-src 'sha256-\S+'; connect-src 'self';/);
    const html = await answer.text();
    assert.doesNotMatch(html, /https?:\/\/(?!www\.w3\.org)|acme|secret/);
  });
});

test('the data is for those who may read in all organizations', async () => {
  await served(async (gateway, get) => {
    const codeFor = async (headers) => {
      const answer = await get('/status/data', headers);
      const body = await answer.json();
      return [answer.status, body.errors?.[0].extensions.code ?? body.status];
    };
    assert.deepEqual(await codeFor({}), [401, 'UNAUTHENTICATED']);
    assert.deepEqual(await codeFor({ authorization: 'Bearer a.b.c' }), [401, 'UNAUTHENTICATED']);
    assert.deepEqual(await codeFor(await reader('acme')), [403, 'PERMISSION_DENIED']);
    assert.deepEqual(await codeFor(await reader('*', ['CREATE', 'UPDATE', 'DELETE'])), [403, 'PERMISSION_DENIED']);
    assert.deepEqual(await codeFor(await reader('*')), [200, 'ok']);
  }, (config) => { config.authentication.demo = false; });
});

test('it says what happened and by whom, without titles, tokens and secrets', async () => {
  await served(async (gateway, get) => {
    const credentialRef = sandbox.vault.issue('acme');
    const { id } = await gateway.create('acme', 'a secret title', { credentialRef });
    await gateway.query('{ integration(id: "no") { id } }');
    const text = await (await get('/status/data')).text();
    for (const secret of ['a secret title', credentialRef, credentialRef.slice(-40), sandbox.secret]) assert.ok(!text.includes(secret));
    const { organization, organizations, events, metrics } = JSON.parse(text);
    assert.deepEqual([organization, organizations], ['acme', ['acme']]);
    assert.deepEqual(events.map(({ time, ...event }) => event), [{ isErased: false, type: 'CREATED', entityId: id, actorId: 'demo' }]);
    const failed = metrics.find(({ name }) => name === 'graphql.plugin.call.duration').points.filter(({ attributes }) => attributes['error.type']);
    assert.deepEqual(failed.map(({ attributes, count }) => [attributes['error.type'], count]), [['NOT_FOUND', 1]]);
    const other = await (await get('/status/data?organization=Caf%C3%A9')).json();
    assert.deepEqual([other.organization, other.events], ['Café', []]);
    for (const odd of ['%00', '%ff', 'x'.repeat(5000), '']) {
      const answer = await get(`/status/data?organization=${odd}`);
      const { events: none, refusal } = await answer.json();
      assert.deepEqual([answer.status, none?.length ?? typeof refusal], [200, none ? 0 : 'string'], odd);
    }
  }, (config, own) => { own.database.path = sandbox.path('secret.db'); });
});

test('with an address of its own it is there alone, and it can be switched off', async () => {
  await served(async (gateway, get) => {
    const watch = /metrics at (http:[^\s"]+)/.exec(gateway.log)[1];
    for (const path of ['/status', '/status/data']) {
      assert.equal((await fetch(new URL(path, watch))).status, 200, path);
      assert.notEqual((await get(path)).status, 200, path);
    }
    const bad = await fetch(new URL('/status/data', watch), { headers: { authorization: 'Bearer a.b.c' } });
    assert.deepEqual([bad.status, (await bad.json()).errors[0].extensions.code], [401, 'UNAUTHENTICATED']);
  }, (config) => { config.metrics = { port: 0 }; });
  await served(async (gateway, get) => {
    assert.notEqual((await get('/status')).status, 200);
    assert.notEqual((await get('/status/data')).status, 200);
  }, (config) => { config.status = false; });
});

test('a page of another site reaches nothing of a demo without tokens', async () => {
  await served(async (gateway, get) => {
    assert.equal((await get('/status/data', { origin: 'https://example.org' })).status, 403);
  });
});

test('with an instance for each organization, no header is needed', async () => {
  await served(async (gateway, get) => {
    await gateway.data('mutation($input: IntegrationCreateInput!) { integrationCreate(input: $input) { integration { id } } }',
      { input: { organizationId: 'acme', title: 'x' } }, { 'x-organization': 'acme' });
    const { events } = await (await get('/status/data?organization=acme')).json();
    assert.deepEqual(events.map(({ type }) => type), ['CREATED']);
  }, (config, own) => {
    mkdirSync(sandbox.path('tenants'));
    config.plugins.instances = {};
    own.database = { root: sandbox.path('tenants') };
  });
});
