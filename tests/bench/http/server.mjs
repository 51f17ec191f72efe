// SPDX-License-Identifier: MIT
// One gateway, Mercurius with its JIT, twice: server.mjs plugin|peer DATABASE KEYRING PLUGINS-FOLDER. Prints its port.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import Fastify from 'fastify';
import mercurius from 'mercurius';
import { openHost } from '../../../examples/demo-host/index.js';
import { peerResolvers } from './peer.mjs';

const [mode, database, keyring, folder] = process.argv.slice(2);
const settings = { 'org.gql-integrations.integrations': { required: true, config: {
  database: { path: mode === 'plugin' ? database : `${database}.unused`, cacheKiB: 65536, mmapMiB: 2048 }, credentials: { keyring } } } };
// Both have the same schema, from the plugin; the peer's fields are then served by JavaScript.
const host = await openHost({ plugins: { folder, settings }, organizations: [], authentication: {}, logLevel: 'warning' }, console.error);
const { schema, plugins } = host;
if (mode === 'peer') {
  const { resolvers } = peerResolvers(database, keyring);
  for (const [type, fields] of Object.entries(resolvers)) {
    for (const [field, resolve] of Object.entries(fields)) schema.getType(type).getFields()[field].resolve = resolve;
  }
}

const actor = { id: 'bench', grants: [{ organizationId: null, actions: ['READ', 'CREATE', 'UPDATE', 'DELETE'] }] };
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const app = Fastify();
app.register(mercurius, { schema, jit: 1, context: () => ({ actor, plugins, pluginRequest: plugins.request({ actor, source: 'http', deadlineMilliseconds: 10_000 }) }) });
app.get('/delay', () => {
  const p99 = delay.percentile(99) / 1e6;
  delay.reset();
  return { p99 };
});
await app.listen({ host: '127.0.0.1', port: 0 });
console.log(app.server.address().port);
process.on('SIGTERM', async () => {
  await app.close();
  await host.close();
  delay.disable();
});
