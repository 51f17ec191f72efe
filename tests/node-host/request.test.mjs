// SPDX-License-Identifier: MIT
// What plugins learn of a request, from its options or from an HTTP request.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { test } from 'node:test';
import { ACTOR, Bench, graphql } from './support.mjs';

const NOTHING = {
  actor: null, actorKind: 0, source: 0, sourceType: 0, traceId: null, locale: null, occurrence: null, organizationId: null, clientAddress: null,
  userAgent: null, idempotencyKey: null,
};

async function seenBy(plugins, pluginRequest) {
  const { data, errors } = await graphql.graphql({ schema: plugins.schema, source: '{ request }', contextValue: { pluginRequest } });
  assert.equal(errors, undefined);
  return JSON.parse(data.request);
}

async function load(t) {
  const plugins = await new Bench(t, 'workshop').load({ schema: 'type Query { x: Int } type Integration { id: ID! }', settings: {} });
  return { plugins, seen: (options) => seenBy(plugins, plugins.request({ actor: null, ...options })) };
}

test('every member of a request', async (t) => {
  const { seen } = await load(t);
  const given = {
    actor: { id: 'user:ada', kind: 'user', grants: [] }, source: 'websocket', sourceType: 'mobile', traceId: '0af7651916cd43dd8448eb211c80319c',
    locale: 'de-AT', occurrence: 'urn:x:1', organizationId: 'acme', clientAddress: '2001:db8::1', userAgent: 'Browser/1 (ü)', idempotencyKey: 'k-1',
  };
  assert.deepEqual(await seen(given), { ...given, actor: 'user:ada', actorKind: 1, source: 2, sourceType: 2 });
});

test('what is not given is unknown', async (t) => {
  const { seen } = await load(t);
  assert.deepEqual(await seen({}), NOTHING);
  assert.deepEqual(await seen({ actor: ACTOR, userAgent: '', locale: null }), { ...NOTHING, actor: ACTOR.id });
});

test('the source type follows from the source and the actor', async (t) => {
  const { seen } = await load(t);
  const robot = { id: 'r', kind: 'integration', grants: [] };
  assert.equal((await seen({ source: 'internal', actor: robot })).sourceType, 4);
  assert.deepEqual(await seen({ actor: robot }), { ...NOTHING, actor: 'r', actorKind: 2, sourceType: 5 });
  assert.equal((await seen({ actor: robot, sourceType: 'unknown' })).sourceType, 0);
  assert.equal((await seen({ actor: { id: 's', kind: 'system', grants: [] }, sourceType: 'web' })).actorKind, 3);
});

test('the longest texts arrive whole, and a longer user agent is truncated between characters', async (t) => {
  const { seen } = await load(t);
  const longest = { locale: 'l'.repeat(44), occurrence: 'o'.repeat(250), organizationId: 'ü'.repeat(127), idempotencyKey: 'k'.repeat(255) };
  assert.deepEqual(await seen(longest), { ...NOTHING, ...longest });
  assert.equal((await seen({ userAgent: `x${'ü'.repeat(600)}` })).userAgent, `x${'ü'.repeat(255)}`);
  assert.equal((await seen({ userAgent: '😀'.repeat(128) })).userAgent, '😀'.repeat(128));
});

test('wrong members are reported by name', async (t) => {
  const { plugins } = await load(t);
  const cases = [
    [{ instance: 'urn:x' }, /unknown option instance; known are actor, source,/],
    [{ sourceType: 'phone' }, /sourceType must be one of unknown, web, mobile, api, internal, integration/],
    [{ actor: { id: 'x', kind: 'robot', grants: [] } }, /actor\.kind must be one of unknown, user, integration, system/],
    [{ traceId: 'F'.repeat(32) }, /traceId must be 32 lower-case hexadecimal digits/],
    [{ clientAddress: 'localhost' }, /clientAddress must be an IP address/],
    [{ clientAddress: 7 }, /clientAddress must be an IP address/],
    [{ clientAddress: `fe80::1%${'x'.repeat(100)}` }, /clientAddress must be an IP address/],
    [{ userAgent: 7 }, /userAgent must be a string/],
  ];
  for (const [name, limit] of Object.entries({ locale: 44, occurrence: 250, organizationId: 255, idempotencyKey: 255 })) {
    for (const wrong of ['', 7, 'x'.repeat(limit + 1), 'ü'.repeat(limit)]) cases.push([{ [name]: wrong }, new RegExp(`${name} must be a string of 1 to ${limit} bytes`)]);
  }
  for (const [options, said] of cases) assert.throws(() => plugins.request({ actor: null, ...options }), said);
});

/** Returns what a plugin learns of an HTTP request with these headers, or the error of creating its request. */
async function overHttp(t, plugins, headers, options = {}) {
  const server = createServer().listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const client = request({ host: '127.0.0.1', port: server.address().port, agent: false, headers });
  client.end();
  const [req, res] = await once(server, 'request');
  try {
    return await seenBy(plugins, plugins.httpRequest(req, res, { actor: ACTOR, ...options }));
  } catch (error) {
    return error;
  } finally {
    res.end();
  }
}

test('two different texts do not become one', async (t) => {
  const { plugins } = await load(t);
  for (const text of ['\ud800', 'a\udc00b']) {
    const actors = [{ id: text, grants: [] }, { id: 'a', grants: [{ organizationId: text, actions: [] }] }];
    for (const actor of actors) assert.throws(() => plugins.request({ actor }), /must not hold lone surrogates/);
    for (const name of ['locale', 'occurrence', 'organizationId', 'idempotencyKey', 'userAgent']) {
      assert.throws(() => plugins.request({ actor: null, [name]: text }), { name: 'TypeError', message: `${name} must not hold lone surrogates` });
    }
    assert.throws(() => plugins.request({ actor: null, traceId: text }), TypeError);
  }
  for (const name of ['locale', 'occurrence']) assert.throws(() => plugins.request({ actor: null, [name]: 'a\0b' }), /must not hold NUL/);
});

test('an HTTP request says who asks and how', async (t) => {
  const { plugins } = await load(t);
  const { traceId, occurrence, ...rest } = await overHttp(t, plugins, {
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', 'accept-language': 'de-AT,en;q=0.5', 'user-agent': 'Tool/2.1',
    'idempotency-key': '"8e03978e-40d5-43dd-bc93-6894a57f9324"' });
  assert.equal(traceId, '0af7651916cd43dd8448eb211c80319c');
  assert.match(occurrence, /^urn:uuid:[0-9a-f-]{36}$/);
  assert.deepEqual(rest, { actor: ACTOR.id, actorKind: 0, source: 1, sourceType: 0, locale: 'de-AT', organizationId: null, clientAddress: '127.0.0.1',
    userAgent: 'Tool/2.1', idempotencyKey: '8e03978e-40d5-43dd-bc93-6894a57f9324' });
});

test('options take precedence over headers and connection', async (t) => {
  const { plugins } = await load(t);
  const seen = await overHttp(t, plugins, { 'user-agent': 'Proxy/1', 'idempotency-key': 'theirs' }, { clientAddress: '203.0.113.7',
    userAgent: undefined, idempotencyKey: 'ours', sourceType: 'web', organizationId: 'acme' });
  assert.deepEqual([seen.clientAddress, seen.userAgent, seen.idempotencyKey, seen.sourceType, seen.organizationId],
    ['203.0.113.7', 'Proxy/1', 'ours', 1, 'acme']);
});

test('an idempotency key is a string or bare, and a malformed one is rejected', async (t) => {
  const { plugins } = await load(t);
  const longest = 'k'.repeat(255);
  const good = { 'bare-key_1': 'bare-key_1', '"a \\"b\\" \\\\"': 'a "b" \\', [longest]: longest, [`"${longest}"`]: longest };
  for (const [header, key] of Object.entries(good)) {
    assert.equal((await overHttp(t, plugins, { 'idempotency-key': header })).idempotencyKey, key);
  }
  for (const header of ['', '""', '"open', 'a b', ['a', 'b'], `${longest}k`, `"${longest}k"`, 'k\u00fc']) {
    const error = await overHttp(t, plugins, { 'idempotency-key': header });
    assert.match(error.message, /The header Idempotency-Key must hold one key/, JSON.stringify(header));
    assert.deepEqual(error.extensions, { code: 'BAD_REQUEST', http: { status: 400 } });
  }
});
