// SPDX-License-Identifier: MIT
// The demo gateway with a host whose resolvers fail.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requireOfExamples } from '../support-js/paths.mjs';
import { gatewayOf } from '../../examples/demo/gateway.js';
import { serveHttp } from '../../examples/demo-host/http-server.js';

const { buildSchema } = requireOfExamples('graphql');

test('the exception of a resolver is logged, and its message hidden from the client', async (t) => {
  const schema = buildSchema('type Query { broken: Int }');
  schema.getQueryType().getFields().broken.resolve = () => { throw new Error('the secret cause'); };
  const lines = [];
  const host = { schema, plugins: { validationRule: () => ({}) }, contextOf: async () => ({}) };
  const config = { host: '127.0.0.1', port: 0, graphiql: {} };
  const log = (level, message) => lines.push(`${level} ${message}`);
  const { url, stop } = await serveHttp(gatewayOf(host, config, log).handle, host, config, log);
  t.after(stop);
  const response = await fetch(new URL('/graphql', url), { method: 'POST', headers: { 'content-type': 'application/json' },
    body: '{"query":"{ broken }"}' });
  const { data, errors } = await response.json();
  assert.deepEqual(data, { broken: null });
  assert.deepEqual(errors[0].path, ['broken']);
  assert.doesNotMatch(JSON.stringify(errors), /secret/);
  assert.match(lines.join('\n'), /^error .*the secret cause/m);
});
