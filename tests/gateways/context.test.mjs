// SPDX-License-Identifier: MIT
// The context that the demo host creates for each request: only the messages of rejections reach a client.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serveHttp } from '../../examples/demo-host/http-server.js';
import { Sandbox } from '../support-js/sandbox.mjs';
import { openHere } from './support.mjs';

test('an exception is logged and hidden from the client', async (t) => {
  const sandbox = new Sandbox();
  const lines = [];
  const log = (...line) => lines.push(line.join(' '));
  const host = await openHere(sandbox, log);
  const { url, stop } = await serveHttp(() => {}, host, { host: '127.0.0.1', port: 0 }, log);
  t.after(async () => {
    await stop();
    await host.close();
    sandbox.remove();
  });
  host.plugins.httpRequest = () => { throw new Error('the secret cause'); };
  const response = await fetch(new URL('/graphql', url), { method: 'POST', headers: { 'content-type': 'application/json' },
    body: '{"query":"{ me { id } }"}' });
  const { errors: [{ message, extensions }] } = await response.json();
  assert.deepEqual([response.status, message, extensions.code], [500, 'Internal error', 'INTERNAL_ERROR']);
  assert.match(lines.join('\n'), /^error request failed: Error: the secret cause/m);
});
