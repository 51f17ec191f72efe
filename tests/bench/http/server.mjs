// SPDX-License-Identifier: MIT
// server.mjs mercurius|yoga plugin|peer|nothing DATABASE KEYRING PLUGINS-FOLDER: a gateway whose
// fields are served by the plugin, by resolvers in JavaScript, or by resolvers that return
// constants. DATABASE is a file or the URL of a server. Prints its port. GET /delay returns the 99th percentile of the event loop's delay
// since the previous request, in milliseconds.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import Fastify from 'fastify';
import mercurius from 'mercurius';
import { openHost } from '../../../examples/demo-host/index.js';
import { constantResolvers } from './nothing.mjs';
import { peerResolvers } from './peer.mjs';
import { postgresResolvers } from './peer-postgres.mjs';

const [gateway, mode, database, keyring, folder] = process.argv.slice(2);
const isServer = database.startsWith('postgresql://');
const place = isServer ? { url: database } : { path: mode === 'plugin' ? database : `${database}.unused`, cacheKiB: 65536, mmapMiB: 2048 };
const settings = { 'org.gql-integrations.integrations': { required: true, config: { database: place, credentials: { keyring } } } };
// All serve the plugin's schema. For the others, JavaScript then replaces its resolvers.
const host = await openHost({ plugins: { folder, settings }, organizations: [], authentication: {}, logLevel: 'warning' }, console.error);
const { schema, plugins } = host;
const peer = isServer ? postgresResolvers : peerResolvers;
const others = { plugin: () => ({}), peer: () => peer(database, keyring), nothing: () => ({ resolvers: constantResolvers() }) };
const { resolvers = {}, close: closePeer } = others[mode]();
for (const [type, fields] of Object.entries(resolvers)) {
  for (const [field, resolve] of Object.entries(fields)) schema.getType(type).getFields()[field].resolve = resolve;
}

const actor = { id: 'bench', grants: [{ organizationId: null, actions: ['READ', 'CREATE', 'UPDATE', 'DELETE'] }] };
const context = () => ({ actor, plugins, pluginRequest: plugins.request({ actor, source: 'http', deadlineMilliseconds: 10_000 }) });
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();

function takeDelay() {
  const p99 = delay.percentile(99) / 1e6;
  delay.reset();
  return { p99 };
}

const start = {
  async mercurius() {
    const app = Fastify();
    app.register(mercurius, { schema, jit: 1, context });
    app.get('/delay', takeDelay);
    await app.listen({ host: '127.0.0.1', port: 0 });
    return { port: app.server.address().port, close: () => app.close() };
  },
  async yoga() {
    const { createYoga } = createRequire(new URL('../../../examples/demo/server.js', import.meta.url))('graphql-yoga');
    const yoga = createYoga({ schema, context, graphiql: false, landingPage: false, cors: false, logging: false });
    const server = createServer((req, res) => (req.url === '/delay' ? res.end(JSON.stringify(takeDelay())) : yoga(req, res)));
    await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    return { port: server.address().port, close: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }) };
  },
};

const { port, close } = await start[gateway]();
console.log(port);
process.on('SIGTERM', async () => {
  await close();
  await closePeer?.();
  await host.close();
  delay.disable();
});
