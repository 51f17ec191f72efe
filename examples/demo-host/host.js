// SPDX-License-Identifier: MIT
// The demo host with its plugins: what a gateway needs of both.
import { loadPlugins } from 'gql-plugin-host';
import { authenticator } from './authentication.js';
import { executableHostSchema, hostResolvers, hostTypeDefs, organizationsOf } from './host-schema.js';

function load(config, log, schema, organizations) {
  const { folder, settings } = config.plugins;
  const references = { Organization: (id) => organizations.any(id) };
  return loadPlugins(folder, { schema, settings, references, log, logLevel: config.logLevel });
}

/** What GraphQL's resolvers are given; throws BadToken. */
function contextMaker(config, plugins) {
  const authenticate = authenticator(config.authentication);
  return async (req, res) => {
    const actor = await authenticate(req.headers.authorization);
    const pluginRequest = plugins.httpRequest(req, res, { actor, deadlineMilliseconds: config.requestTimeoutMilliseconds });
    return { actor, plugins, pluginRequest };
  };
}

/**
 * Gives `typeDefs` and `resolvers` (lists of parts), `schema` (executable), `plugins`, `contextOf(req, res)`, and `close()`.
 */
export async function openHost(config, log) {
  const organizations = organizationsOf(config.organizations);
  const resolvers = hostResolvers(organizations);
  const plugins = await load(config, log, executableHostSchema(resolvers), organizations);
  for (const { id, version, file } of plugins.about) log('info', `plugin ${id} ${version} of ${file}`);
  try {
    if (config.authentication.demo) log('warning', 'demo: a request without a token acts as the actor "demo" with all grants');
    return {
      plugins,
      typeDefs: [hostTypeDefs, plugins.typeDefs],
      resolvers: [resolvers, plugins.resolvers],
      schema: plugins.schema,
      contextOf: contextMaker(config, plugins),
      close: () => plugins.close(),
    };
  } catch (error) {
    await plugins.close();
    throw error;
  }
}
