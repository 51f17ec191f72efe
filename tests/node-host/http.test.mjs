// SPDX-License-Identifier: MIT
// The request of an HTTP request is cancelled when the client disconnects.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { test } from 'node:test';
import { ACTOR, Bench, graphql } from './support.mjs';

const SOURCE = '{ integrations(organizationId: "acme") { nodes { id } } }';

/**
 * Returns the error codes of a request whose client disconnects. `handle(req, res, leave)` creates the
 * plugins' request; `leave` disconnects the client.
 */
async function codesOfGone(t, plugins, handle) {
  const server = createServer().listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const client = request({ host: '127.0.0.1', port: server.address().port, agent: false });
  client.on('error', () => {}); // It disconnects on purpose.
  client.end();
  const [req, res] = await once(server, 'request');
  const pluginRequest = await handle(req, res, () => {
    client.destroy();
    return once(res, 'close');
  });
  const { errors = [] } = await graphql.graphql({ schema: plugins.schema, source: SOURCE, contextValue: { pluginRequest } });
  return errors.map(({ extensions }) => extensions.code);
}

test('a client that disconnects before the answer cancels its request', async (t) => {
  const plugins = await new Bench(t).load();
  assert.deepEqual(await codesOfGone(t, plugins, async (req, res, leave) => {
    const pluginRequest = plugins.httpRequest(req, res, { actor: ACTOR });
    await leave();
    return pluginRequest;
  }), ['SERVICE_UNAVAILABLE']);
});

test('so does a client that disconnected during authentication', async (t) => {
  const plugins = await new Bench(t).load();
  assert.deepEqual(await codesOfGone(t, plugins, async (req, res, leave) => {
    await leave();
    return plugins.httpRequest(req, res, { actor: ACTOR });
  }), ['SERVICE_UNAVAILABLE']);
});

test('a client that disconnects after the answer does not', async (t) => {
  const plugins = await new Bench(t).load();
  assert.deepEqual(await codesOfGone(t, plugins, async (req, res) => {
    const pluginRequest = plugins.httpRequest(req, res, { actor: ACTOR });
    res.end();
    await once(res, 'close');
    return pluginRequest;
  }), []);
});
