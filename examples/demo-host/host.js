// SPDX-License-Identifier: MIT
// The demo host with its plugins: what a gateway needs of both.
import { loadPlugins } from 'gql-plugin-host';
import { authenticator, BadToken, Refused } from './authentication.js';
import { executableHostSchema, hostResolvers, hostTypeDefs, organizationsOf } from './host-schema.js';

const LOCAL_NAMES = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?$/;

function load(config, log, schema, organizations) {
  const { folder, settings } = config.plugins;
  const references = { Organization: (id) => organizations.any(id) };
  return loadPlugins(folder, { schema, settings, references, log, logLevel: config.logLevel });
}

/** A page of another site must not reach a demo that asks for no token: by a name that leads here, or by a form. */
function checkIsLocal({ host, origin }) {
  const isLocal = (name) => LOCAL_NAMES.test(name ?? '');
  if (!isLocal(host)) throw new Refused(403, 'FORBIDDEN', 'The demo is served under a loopback name only');
  if (origin && !isLocal(origin.replace(/^https?:\/\//, ''))) throw new Refused(403, 'FORBIDDEN', `The demo is not served to pages of ${origin}`);
}

/** Gateways answer with the message of what is thrown: it must be one for clients. */
function hide(error, log) {
  if (error instanceof Refused) return error;
  log('error', `request failed: ${error.stack}`);
  return new Refused(500, 'INTERNAL_ERROR', 'Internal error');
}

/** Makes a function from an HTTP request to what GraphQL's resolvers are given; it throws Refused, and nothing else. */
function contextMaker(config, plugins, log) {
  const authenticate = authenticator(config.authentication);
  const make = async (req, res) => {
    if (config.authentication.demo) checkIsLocal(req.headers);
    const actor = await authenticate(req.headers.authorization).catch((error) => {
      if (error instanceof BadToken) res.setHeader('www-authenticate', 'Bearer error="invalid_token"'); // RFC 6750, section 3
      throw error;
    });
    const pluginRequest = plugins.httpRequest(req, res, { actor, deadlineMilliseconds: config.requestTimeoutMilliseconds });
    return { actor, plugins, pluginRequest };
  };
  return (req, res) => make(req, res).catch((error) => { throw hide(error, log); });
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
      contextOf: contextMaker(config, plugins, log),
      close: () => plugins.close(),
    };
  } catch (error) {
    await plugins.close();
    throw error;
  }
}
