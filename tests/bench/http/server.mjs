// SPDX-License-Identifier: MIT
// One gateway, Mercurius with its JIT, twice: server.mjs plugin|peer DATABASE KEYRING PLUGINS-FOLDER. Prints its port.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import Fastify from 'fastify';
import mercurius from 'mercurius';
import { attachHost, hostSchema, organizationsOf } from '../../../examples/gateway/host-schema.js';
import { ALL_ACTIONS, binding } from '../../../examples/gateway/host/binding.js';
import { loadPlugins, unloadPlugins } from '../../../examples/gateway/host/load-plugins.js';
import { attachPlugins, GrowingSchema, nodeLoader } from '../../../examples/gateway/host/schema.js';
import { peerResolvers } from './peer.mjs';

const [mode, database, keyring, folder] = process.argv.slice(2);
const native = binding({ log: (level, message) => console.error(level, message) });
const growing = new GrowingSchema(hostSchema());
const organizations = organizationsOf([]);
const settings = { 'org.gql-integrations.integrations': { required: true, config: {
  database: { path: mode === 'plugin' ? database : `${database}.unused`, cacheKiB: 65536, mmapMiB: 2048 }, credentials: { keyring } } } };
// Both have the same schema, from the plugin; the peer's fields are then served by JavaScript.
const plugins = await loadPlugins(native, { folder, settings, bindTo: (library) => growing.bind(native, library),
  accepted: (plugin) => growing.extend(plugin.sdl) });
const { schema } = growing;
attachPlugins(native, plugins, schema, { Organization: (id) => organizations.any(id) });
attachHost(schema, organizations, nodeLoader(native, plugins));
if (mode === 'peer') {
  const { resolvers } = peerResolvers(database, keyring);
  for (const [type, fields] of Object.entries(resolvers)) {
    for (const [field, resolve] of Object.entries(fields)) schema.getType(type).getFields()[field].resolve = resolve;
  }
}

const request = { actorId: 'bench', grants: [{ organizationId: null, actions: ALL_ACTIONS }], traceId: null, locale: null, instance: null,
  source: 1, deadlineMilliseconds: 10_000 };
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const app = Fastify();
app.register(mercurius, { schema, jit: 1, context: () => ({ actor: { id: 'bench' }, pluginRequest: native.makeRequest(request) }) });
app.get('/delay', () => {
  const p99 = delay.percentile(99) / 1e6;
  delay.reset();
  return { p99 };
});
await app.listen({ host: '127.0.0.1', port: 0 });
console.log(app.server.address().port);
process.on('SIGTERM', async () => {
  await app.close();
  await unloadPlugins(native, plugins);
  process.exit(0);
});
