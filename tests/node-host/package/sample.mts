// SPDX-License-Identifier: MIT
// Compiled, never run: what the types of the package allow and what they forbid.
import { ApolloServer } from '@apollo/server';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { createServer } from 'node:http';
import { buildSchema, parse, type GraphQLResolveInfo } from 'graphql';
import { createLog, loadPlugins, PluginRefused, PluginsMissing, type Actor, type PluginRequest, type Plugins } from 'gql-plugin-host';

interface Context { actor: Actor | null; pluginRequest: PluginRequest }

const sdl = 'type Query { hello: String }';
const plugins: Plugins = await loadPlugins('plugins', {
  schema: sdl,
  settings: { 'org.example.some': { required: true, config: { database: { path: 'x' } } } },
  references: { Organization: async (id: string, context: Context, info: GraphQLResolveInfo) => ({ id, by: context.actor?.id, at: info.path }) },
  requestOf: (context: Context) => context.pluginRequest,
  log: (level, message, traceId) => console.error(level.toUpperCase(), message, traceId ?? ''),
  logLevel: 'debug',
  refused: (error) => console.error(error.file, error.reasons.join()),
});
await loadPlugins('plugins');
await loadPlugins('plugins', { schema: parse(sdl) });
await loadPlugins('plugins', { schema: buildSchema(sdl) }).catch((error: unknown) => {
  if (error instanceof PluginsMissing) console.error(error.refused.map(({ file, id }) => `${file} ${id ?? ''}`));
  if (error instanceof PluginRefused) createLog('error')('error', error.message, null);
});

makeExecutableSchema({ typeDefs: [sdl, plugins.typeDefs], resolvers: [{ Query: { hello: () => 'x' } }, plugins.resolvers] });
new ApolloServer<Context>({ typeDefs: [sdl, plugins.typeDefs], resolvers: [plugins.resolvers] });
new ApolloServer<Context>({ schema: plugins.schema });
buildSubgraphSchema(plugins.subgraphs.map(({ typeDefs, resolvers }) => ({ typeDefs, resolvers })));

const actor: Actor = { id: 'user:ada', grants: [{ organizationId: null, actions: ['READ'] }] } as const;
createServer((req, res) => {
  plugins.httpRequest(req, res, { actor, deadlineMilliseconds: 1000 }).cancel();
  plugins.httpRequest(req, res, { actor: { ...actor, kind: 'user' }, sourceType: 'mobile', clientAddress: '203.0.113.7', organizationId: 'acme' });
  plugins.request({ actor: null, source: 'internal', traceId: null, userAgent: null, idempotencyKey: 'key', occurrence: 'urn:x' });
});
const tenants = await loadPlugins('plugins', {
  instances: { key: ({ tenant }: { tenant: string }) => tenant, config: (tenant) => ({ organization: tenant }), maxIdle: 10, plugins: ['x.so'] },
});
await loadPlugins('plugins', { organizations: { exists: async (id, { actor }: Context) => actor !== null && id === 'acme', timeoutMilliseconds: 1000 } });
tenants.instances?.list().filter(({ state, failure }) => state === 'failed' && failure !== null).forEach(({ key }) => tenants.instances?.resume(key));
const page = await plugins.readEvents({ organizationId: 'acme', filter: { eventTypes: ['DELETED'] }, limit: 10, backward: true }, {});
console.log(page.events.map(({ sequence, time, isErased }) => `${sequence} ${isErased ? 'erased' : time}`), page.hasMore && page.position);
for await (const event of plugins.events({ consumer: 'sample', signal: AbortSignal.timeout(1000), since: new Date(0), manual: true })) {
  console.log(event.organizationId, event.data?.title?.new);
  await event.acknowledge();
}
await plugins.close();

// @ts-expect-error: there is no such option.
await loadPlugins('plugins', { shcema: sdl });
// @ts-expect-error: there is no such action.
plugins.request({ actor: { id: 'x', grants: [{ organizationId: null, actions: ['FLY'] }] } });
// @ts-expect-error: there is no such kind of actor.
plugins.request({ actor: { id: 'x', kind: 'robot', grants: [] } });
// @ts-expect-error: it is called occurrence.
plugins.request({ actor: null, instance: 'urn:x' });
// @ts-expect-error: the actor is required.
plugins.request({});
// @ts-expect-error: a consumer has a name.
plugins.events({ manual: true });
// @ts-expect-error: it is read-only.
plugins.typeDefs = parse(sdl);
