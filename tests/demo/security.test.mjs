// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createHmac, generateKeyPairSync } from 'node:crypto';
import { request } from 'node:http';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { Sandbox } from './harness.mjs';

const jose = await import(createRequire(new URL('../../examples/demo-host/index.js', import.meta.url)).resolve('jose'));
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

const CREATE = 'mutation($input: IntegrationCreateInput!) { integrationCreate(input: $input) { integration { id credentialRef } } }';

async function reasonOf(credentialRef, organizationId = 'acme') {
  const { errors } = await gateway.query(CREATE, { input: { organizationId, title: 'x', credentialRef } });
  assert.equal(errors?.[0].extensions.code, 'VALIDATION_ERROR', 'it was taken');
  assert.equal(errors[0].extensions.field, 'input.credentialRef');
  assert.ok(!JSON.stringify(errors).includes(credentialRef) || credentialRef.length < 10);
  return errors[0].extensions.reason;
}

test('a good credentialRef is stored', async () => {
  const token = sandbox.vault.issue('acme', '--exp', '+1h');
  const data = await gateway.data(CREATE, { input: { organizationId: 'acme', title: 'x', credentialRef: token } });
  assert.equal(data.integrationCreate.integration.credentialRef, token);
});

test('a bad credentialRef is rejected with its reason', async () => {
  assert.equal(await reasonOf('rubbish'), 'malformed');
  assert.equal(await reasonOf(sandbox.vault.issue('acme', '--nbf', '+1h')), 'not_yet_valid');
  assert.equal(await reasonOf(sandbox.vault.issue('globex')), 'wrong_organization');
  const token = sandbox.vault.issue('acme');
  assert.equal(await reasonOf(token.replace(/^(v4\.public\..{20})(.)/, (all, head, c) => head + (c === 'A' ? 'B' : 'A'))), 'bad_signature');
  assert.equal(await reasonOf(token.replace('v4.public', 'v4.local')), 'unsupported_version');
  const other = new Sandbox();
  assert.equal(await reasonOf(other.vault.issue('acme')), 'unknown_key');
  other.remove();
});

/** Retries until a changed keyring is in use: that takes up to a second, plus one for a busy machine. */
async function soon(attempt) {
  for (const until = Date.now() + 2000; ;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => { setTimeout(resolve, 50); });
    }
  }
}

test('revocations take effect without a restart', async () => {
  const token = sandbox.vault.issue('acme', '--jti', 'to-be-revoked');
  await gateway.data(CREATE, { input: { organizationId: 'acme', title: 'x', credentialRef: token } });
  sandbox.vault.run('revoke-token', 'to-be-revoked');
  await soon(async () => assert.equal(await reasonOf(token), 'revoked'));
  const kid = JSON.parse(Buffer.from(token.split('.')[3], 'base64url')).kid;
  sandbox.vault.run('revoke', kid);
  const issued = sandbox.vault.issue('acme');
  await soon(async () => assert.equal(await reasonOf(issued), 'revoked_key'));
  sandbox.vault.keygen();
  const good = sandbox.vault.issue('acme');
  await soon(() => gateway.data(CREATE, { input: { organizationId: 'acme', title: 'x', credentialRef: good } }));
});

/** Signs claims as they are, which jose would not. */
/** Returns a JWT with claims, an object or its JSON. */
function sign(claims, header = {}) {
  const [head, body] = [JSON.stringify({ alg: 'HS256', ...header }), typeof claims === 'string' ? claims : JSON.stringify(claims)]
    .map((part) => Buffer.from(part).toString('base64url'));
  return `${head}.${body}.${createHmac('sha256', sandbox.secret).update(`${head}.${body}`).digest('base64url')}`;
}

test('a bad bearer token is 401', async () => {
  const claims = { sub: 'u', grants: [] };
  const bad = [
    'Bearer rubbish', 'Bearer a.b.c', 'Basic dTpw',
    `Bearer ${await sandbox.jwt(claims, { secret: 'x'.repeat(40) })}`,
    `Bearer ${await sandbox.jwt(claims, { expires: '-1h' })}`,
    `Bearer ${await sandbox.jwt({ grants: [] })}`,
    `Bearer ${await sandbox.jwt({ sub: 'u', grants: [{ organizationId: 'acme', actions: ['FLY'] }] })}`,
    `Bearer ${await sandbox.jwt({ sub: 'u', grants: 'all' })}`,
    `Bearer ${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"sub":"u"}').toString('base64url')}.AA`,
  ];
  const now = Math.floor(Date.now() / 1000);
  const odd = [{}, { exp: null }, { exp: `${now + 99}` }, { exp: `${now + 99}x` }, { exp: now - 9 }, { exp: now + 99, nbf: now + 60 },
    { exp: now + 99, nbf: 'x' }, { exp: now + 99, iat: '1' }];
  for (const times of odd) bad.push(`Bearer ${sign({ ...claims, ...times })}`);
  bad.push(`Bearer ${sign('{"sub":"u","grants":[],"exp":1e400}')}`);
  bad.push(`Bearer ${sign({ ...claims, exp: now + 99 }, { crit: ['x'], x: 1 })}`);
  const { data } = await gateway.query('{ me { id } }', {}, { authorization: `Bearer ${sign({ ...claims, exp: now + 99 })}` });
  assert.deepEqual(data, { me: { id: 'u' } });
  for (const authorization of bad) {
    const response = await gateway.post({ query: '{ me { id } }' }, { authorization });
    assert.equal(response.status, 401, authorization);
    assert.match(response.headers.get('www-authenticate'), /^Bearer/);
  }
});

test('grants of the token decide', async () => {
  const reader = { authorization: `Bearer ${await sandbox.jwt({ sub: 'reader', grants: [{ organizationId: 'acme', actions: ['READ'] }] })}` };
  const { id } = await gateway.create('acme', 'Guarded');
  assert.equal((await gateway.data('{ me { __typename id } }', {}, reader)).me.id, 'reader');
  assert.equal((await gateway.data('query($id: ID!) { integration(id: $id) { title } }', { id }, reader)).integration.title, 'Guarded');
  const update = await gateway.query('mutation($id: ID!) { integrationUpdate(input: { id: $id, version: 1 }) { integration { id } } }', { id }, reader);
  assert.equal(update.errors[0].extensions.code, 'PERMISSION_DENIED');
  assert.equal(update.errors[0].extensions.requiredAction, 'UPDATE');
  const other = await gateway.create('globex', 'Hidden');
  const hidden = await gateway.query('query($id: ID!) { integration(id: $id) { title } node(id: $id) { id } }', { id: other.id }, reader);
  assert.deepEqual(hidden.data, { integration: null, node: null });
  const all = { authorization: `Bearer ${await sandbox.jwt({ sub: 'root', grants: [{ organizationId: '*', actions: ['READ', 'DELETE'] }] })}` };
  await gateway.data('mutation($id: ID!) { integrationDelete(input: { id: $id, version: 1 }) { deletedId } }', { id: other.id }, all);
});

test('without demo mode, a request without a token is unauthenticated', async () => {
  const strict = new Sandbox();
  const guarded = await strict.start((config) => { config.authentication.demo = false; });
  try {
    const { errors } = await guarded.query('{ integrations(organizationId: "acme") { nodes { id } } }');
    assert.equal(errors[0].extensions.code, 'UNAUTHORIZED');
    assert.equal(errors[0].extensions.status, 401);
    assert.equal((await guarded.data('{ me { id } }')).me, null);
  } finally {
    await guarded.stop();
    strict.remove();
  }
});

test('keys of a JWK Set', async () => {
  const other = new Sandbox();
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(other.path('jwks.json'), JSON.stringify({ keys: [{ ...await jose.exportJWK(publicKey), alg: 'ES256', kid: 'k1' }] }));
  const server = await other.start((config) => { config.authentication = { jwt: { jwksFile: 'jwks.json', issuer: 'https://idp.example', audience: 'api' } }; });
  const sign = (iss, aud = 'api') => new jose.SignJWT({ sub: 'u', grants: [], iss, aud }).setProtectedHeader({ alg: 'ES256', kid: 'k1' })
    .setExpirationTime('1m').sign(privateKey);
  try {
    assert.equal((await server.data('{ me { id } }', {}, { authorization: `Bearer ${await sign('https://idp.example')}` })).me.id, 'u');
    assert.equal((await server.post({ query: '{ me { id } }' }, { authorization: `Bearer ${await sign('https://evil.example')}` })).status, 401);
    for (const aud of [null, 'other', ['other'], '', {}]) {
      const authorization = `Bearer ${await sign('https://idp.example', aud)}`;
      assert.equal((await server.post({ query: '{ me { id } }' }, { authorization })).status, 401, JSON.stringify(aud));
    }
    assert.equal((await server.post({ query: '{ me { id } }' }, { authorization: `Bearer ${await other.jwt({ sub: 'u' })}` })).status, 401);
  } finally {
    await server.stop();
    other.remove();
  }
});

function raw(headers, body) {
  const { hostname, port } = new URL(gateway.url);
  return new Promise((resolve, reject) => {
    const req = request({ hostname, port, path: '/graphql', method: 'POST', headers }, (res) => {
      res.resume();
      res.on('end', () => resolve(res.statusCode));
    });
    req.on('error', (error) => resolve(error.code));
    req.end(body);
    setTimeout(() => reject(new Error('no answer')), 10_000).unref();
  });
}

test('requests that pages of other sites can send are rejected', async () => {
  const body = '{"query":"{ me { id } }"}';
  assert.equal(await raw({ 'content-type': 'text/plain', 'content-length': body.length }, body), 415);
  assert.equal(await raw({ 'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length }, body), 415);
  assert.equal(await raw({ 'content-type': 'application/json', 'content-length': body.length, host: 'evil.example' }, body), 403);
  const preflight = await fetch(gateway.url, { method: 'OPTIONS', headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' } });
  assert.equal(preflight.headers.get('access-control-allow-origin'), null);
});

test('oversized requests are rejected', async () => {
  assert.equal((await gateway.post(`{"query":"{ me { id } }","pad":"${'x'.repeat(1 << 20)}"}`)).status, 413);
  const { errors } = await gateway.query(`{ ${'a: me { id } '.repeat(3000)} }`);
  assert.match(errors[0].message, /tokens/);
});

test('headers of any length and content are harmless', async () => {
  const query = '{ integrations(organizationId: "acme") { nodes { id } } }';
  for (const headers of [
    { 'accept-language': `de${'-abcdefgh'.repeat(800)}` },
    { 'accept-language': ';;;\u00e9' },
    { traceparent: `00-${'f'.repeat(4000)}-1-01` },
    { traceparent: '00-00000000000000000000000000000000-0000000000000000-00' },
  ]) {
    const { errors } = await gateway.query(query, {}, headers);
    assert.equal(errors, undefined, `${JSON.stringify(headers).slice(0, 60)}: ${JSON.stringify(errors)}`);
  }
});

test('a malformed traceparent is ignored', async () => {
  const [id, parent] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
  const isTaken = async (traceparent) => (await gateway.query('{ integration(id: "x") { id } }', {}, { traceparent })).errors[0].extensions.traceId === id;
  for (const header of [`00-${id}-${parent}-01`, `01-${id}-${parent}-01-more`, `cc-${id}-${parent}-01`]) assert.ok(await isTaken(header), header);
  for (const header of [`ff-${id}-${parent}-01`, `00-${id}-${'0'.repeat(16)}-01`, `00-${id}-${parent}-01-extra`, `00-${id}-${parent}-01x`,
    `01-${id}-${parent}-01x`, `00-${id}-${parent}-1`, `00-${id.toUpperCase()}-${parent}-01`, `0-${id}-${parent}-01`]) {
    assert.ok(!(await isTaken(header)), header);
  }
});

test('the page of GraphiQL loads nothing from elsewhere', async () => {
  const html = await (await fetch(gateway.url, { headers: { accept: 'text/html' } })).text();
  assert.match(html, /graphiql/i);
  assert.deepEqual(html.match(/<(script|link|img)[^>]+(src|href)="?https?:[^>]*>/g), null);
});
