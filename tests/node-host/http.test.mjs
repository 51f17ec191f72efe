// SPDX-License-Identifier: MIT
// The request of an HTTP request: nobody waits for its answers once the client is gone.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { test } from 'node:test';
import { ACTOR, Bench, graphql } from './support.mjs';

const SOURCE = '{ integrations(organizationId: "acme") { nodes { id } } }';

/** The codes of errors that a request gets whose client goes as soon as the server has it; `handle(req, res)` makes the plugins' request. */
async function codesOfGone(t, plugins, handle) {
  const server = createServer().listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const client = request({ host: '127.0.0.1', port: server.address().port, agent: false });
  client.on('error', () => {}); // It hangs up itself.
  client.end();
  const [req, res] = await once(server, 'request');
  const pluginRequest = await handle(req, res, () => {
    client.destroy();
    return once(res, 'close');
  });
  const { errors = [] } = await graphql.graphql({ schema: plugins.schema, source: SOURCE, contextValue: { pluginRequest } });
  return errors.map(({ extensions }) => extensions.code);
}

test('a client that goes before it is answered cancels its request', async (t) => {
  const plugins = await new Bench(t).load();
  assert.deepEqual(await codesOfGone(t, plugins, async (req, res, leave) => {
    const pluginRequest = plugins.httpRequest(req, res, { actor: ACTOR });
    await leave();
    return pluginRequest;
  }), ['SERVICE_UNAVAILABLE']);
});

test('a client that went while it was found out who it is, too', async (t) => {
  const plugins = await new Bench(t).load();
  assert.deepEqual(await codesOfGone(t, plugins, async (req, res, leave) => {
    await leave();
    return plugins.httpRequest(req, res, { actor: ACTOR });
  }), ['SERVICE_UNAVAILABLE']);
});

test('one that was answered does not', async (t) => {
  const plugins = await new Bench(t).load();
  assert.deepEqual(await codesOfGone(t, plugins, async (req, res) => {
    const pluginRequest = plugins.httpRequest(req, res, { actor: ACTOR });
    res.end();
    await once(res, 'close');
    return pluginRequest;
  }), []);
});
