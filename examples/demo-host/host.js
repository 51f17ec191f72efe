// SPDX-License-Identifier: MIT
// The demo host with its plugins, in the parts that a gateway needs.
import { loadPlugins } from 'gql-plugin-host';
import { authenticator, lenienciesOf } from './authentication.js';
import { auditResolvers, auditTypeDefs } from './audit/audit.js';
import { actorOf, executableHostSchema, hostResolvers, hostTypeDefs, organizationsOf } from './host-schema.js';
import { readText } from './read-text.js';
import { Rejected } from './rejected.js';
import { at } from './reloads.js';
import { postEvents } from './webhooks/post-events.js';
import { existenceOf, instancesOf, organizationOf } from './tenant.js';

const LOCAL_NAMES = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?$/;

function load(config, log, schema, organizations, whole) {
  const { folder, settings, instances, trustedKeys } = config.plugins;
  const references = { Organization: (id) => organizations.any(id) };
  return loadPlugins(folder, { schema, settings, baseFolder: config.folder, references,
    trustedKeys: trustedKeys?.map((file) => readText(file, 'plugins.trustedKeys')), instances: instancesOf(instances),
    organizations: existenceOf(config, organizations), log, logLevel: config.logLevel, whole });
}

/**
 * Protects a demo that needs no token from pages of other sites, which could reach it by a DNS name that
 * resolves to the loopback address, or by a form.
 */
function checkIsLocal({ host, origin }) {
  const isLocal = (name) => LOCAL_NAMES.test(name ?? '');
  if (!isLocal(host)) throw new Rejected(403, 'FORBIDDEN', 'The demo answers only under a loopback name');
  if (origin && !isLocal(origin.replace(/^https?:\/\//, ''))) {
    throw new Rejected(403, 'FORBIDDEN', `The demo does not answer pages of ${origin}`);
  }
}

/** Maps an exception of the package to a rejection: those with a status are the client's fault. */
function rejectionOf(error) {
  const { code, http } = error.extensions ?? {};
  return http?.status < 500 ? new Rejected(http.status, code, error.message) : error;
}

/** Browsers send Origin with every POST. */
function sourceTypeOf({ origin }, actor) {
  if (origin) return 'web';
  return actor?.kind === 'integration' ? 'integration' : 'api';
}

/**
 * Returns a function that creates the GraphQL context of an HTTP request. It throws Rejected if the request is at fault.
 * `isForPage`: the request asks for a page, which concerns no organization.
 */
function contextMaker(config, plugins) {
  const authenticate = authenticator(config.authentication);
  const make = async (req, res, isForPage) => {
    if (config.authentication.demo) checkIsLocal(req.headers);
    const actor = await authenticate(req.headers.authorization);
    const organizationId = plugins.instances && !isForPage ? organizationOf(req.headers) : undefined;
    const pluginRequest = plugins.httpRequest(req, res, {
      actor,
      organizationId,
      sourceType: sourceTypeOf(req.headers, actor),
      deadlineMilliseconds: config.requestTimeoutMilliseconds,
    });
    return { actor, plugins, pluginRequest, organizationId };
  };
  return (req, res, isForPage = false) => make(req, res, isForPage).catch((error) => { throw rejectionOf(error); });
}

/** Returns the host's own part of the schema: {typeDefs, resolvers}. */
function ownPart({ auditEvents }, organizations) {
  const { Query, ...resolvers } = hostResolvers(organizations);
  if (!auditEvents) return { typeDefs: hostTypeDefs, resolvers: { ...resolvers, Query } };
  const audit = auditResolvers(organizations.any, actorOf);
  return { typeDefs: hostTypeDefs + auditTypeDefs, resolvers: { ...resolvers, ...audit, Query: { ...Query, ...audit.Query } } };
}

/** Refuses settings that are of no use without a plugin that offers events. */
function checkEvents(config, { eventsPlugin }) {
  const name = ['auditEvents', 'webhooks'].find((setting) => config[setting]);
  if (!name || eventsPlugin !== null) return;
  throw new Error(`${name}: no plugin in ${config.plugins.folder} offers events: add one that does, or remove the setting`);
}

/**
 * Opens the host. `isWhole`: a plugin that is refused is a failure; otherwise it is logged and left out, unless
 * the settings require it. Returns `typeDefs` and `resolvers` (lists of parts), `schema` (executable), `plugins`,
 * `contextOf(req, res, isForPage)`, `listedOrganizations` (IDs), `hasStatus` and `close()`.
 */
export async function openHost(config, log, isWhole = false) {
  const organizations = organizationsOf(config.organizations);
  const own = ownPart(config, organizations);
  const plugins = await at('plugin', () => load(config, log, executableHostSchema(own.resolvers, own.typeDefs), organizations, isWhole));
  for (const { id, version, file } of plugins.about) log('info', `loaded plugin ${id} ${version} from ${file}`);
  try {
    checkEvents(config, plugins);
    if (config.authentication.demo) log('warning', 'demo: a request without a token acts as the actor "demo" with all grants');
    if (plugins.instances) log('info', 'each organization has an instance of its own, which requests name by the header X-Organization');
    for (const warning of lenienciesOf(config.authentication)) log('warning', warning);
    const webhooks = config.webhooks && postEvents(config.webhooks, plugins, log);
    return {
      plugins,
      typeDefs: [own.typeDefs, plugins.typeDefs],
      resolvers: [own.resolvers, plugins.resolvers],
      schema: plugins.schema,
      contextOf: contextMaker(config, plugins),
      listedOrganizations: config.organizations.map(({ id }) => id),
      hasStatus: config.status,
      async close() {
        await webhooks?.stop();
        await plugins.close();
      },
    };
  } catch (error) {
    await plugins.close();
    throw error;
  }
}
