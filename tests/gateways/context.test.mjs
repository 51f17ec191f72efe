// SPDX-License-Identifier: MIT
// The context that the demo host creates for each request. It throws only messages that a client may read.
import assert from 'node:assert/strict';
import { ServerResponse, IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { Sandbox } from '../support-js/sandbox.mjs';
import { openHere } from './support.mjs';

test('an exception is logged and hidden from the client', async (t) => {
  const sandbox = new Sandbox();
  const lines = [];
  const host = await openHere(sandbox, (...line) => lines.push(line.join(' ')));
  t.after(async () => {
    await host.close();
    sandbox.remove();
  });
  const req = new IncomingMessage(null);
  host.plugins.httpRequest = () => { throw new Error('the secret cause'); };
  await assert.rejects(host.contextOf(req, new ServerResponse(req)), ({ message, extensions, statusCode }) => {
    assert.deepEqual([message, extensions.code, extensions.http.status, statusCode], ['Internal error', 'INTERNAL_ERROR', 500, 500]);
    return true;
  });
  assert.match(lines.join('\n'), /^error request failed: Error: the secret cause/m);
});
