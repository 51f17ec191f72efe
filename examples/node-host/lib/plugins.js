// SPDX-License-Identifier: MIT
// The result of loadPlugins: the plugins of a folder as parts of a schema.
import { sizeOf } from './answer.js';
import { feedOf } from './event-feed.js';
import { Kind, parse } from './graphql.js';
import { httpRequest } from './http-request.js';
import { Instances } from './instances.js';
import { closePlugins } from './library.js';
import { Limits } from './limits.js';
import { ObjectLoader } from './loader.js';
import { metricsOf } from './metrics.js';
import { Organizations } from './organizations.js';
import { PluginRequest, requestFinder } from './request.js';
import { attachReferences, attachResolvers, attachTypes } from './resolvers.js';
import { servedFields } from './selection.js';
import { subgraphsOf } from './subgraph.js';

function aboutOf({ file, about: { id, name, version, description, configSchema } }) {
  return { id, name, version, file, description, configSchema };
}

function objectTypesOf({ definitions }) {
  return new Set(definitions.filter(({ kind }) => kind === Kind.OBJECT_TYPE_DEFINITION).map(({ name }) => name.value));
}

/** References that the host does not complete are loaded from the plugin that defines their type. */
function referencesOf(references, plugins, loader) {
  const types = plugins.flatMap(({ about }) => about.references).filter((type) => loader.has(type));
  const loaded = types.map((type) => [type, (id, context, info) => loader.load(id, context, info, type)]);
  return { ...Object.fromEntries(loaded), ...references };
}

export class Plugins {
  #loaded;
  #loader;
  #execution;
  #schema;
  #subgraphs;
  #feed;
  #closed;

  /** `loaded`: {native, runtime, host, plugins}. */
  constructor(loaded, { references, requestOf, instances, organizations, log, ...limits }) {
    const { native, host, plugins } = loaded;
    this.#loaded = loaded;
    this.#execution = { requestOf: requestFinder(requestOf), served: servedFields(plugins), limits: new Limits(limits),
      organizations: organizations && new Organizations(organizations, log) };
    this.#loader = new ObjectLoader(native, plugins, this.#execution);
    this.validationRule = this.#execution.limits.rule();
    this.about = plugins.map(aboutOf);
    this.#feed = feedOf(native, plugins, log);
    this.instances = instances && new Instances(native, plugins);
    this.typeDefs = host.typeDefs();
    this.resolvers = {};
    const completed = referencesOf(references, plugins, this.#loader);
    const note = (message, context) => log('error', message, this.#execution.requestOf(context).traceId);
    for (const plugin of plugins) {
      attachResolvers(native, plugin, this.resolvers, this.#execution);
      attachReferences(plugin, parse(plugin.sdl), this.resolvers, completed, note);
    }
  }

  get schema() {
    this.#schema ??= this.#makeSchema();
    return this.#schema;
  }

  #makeSchema() {
    const schema = this.#loaded.host.build();
    for (const [type, fields] of Object.entries(this.resolvers)) {
      for (const [field, resolve] of Object.entries(fields)) schema.getType(type).getFields()[field].resolve = resolve;
    }
    attachTypes(schema, objectTypesOf(this.typeDefs));
    return schema;
  }

  get subgraphs() {
    this.#subgraphs ??= subgraphsOf(this.#loaded, this.#loader, this.#execution);
    return this.#subgraphs;
  }

  countFields(document) {
    return this.#execution.limits.countFields(document);
  }

  load(id, context, info) {
    return this.#loader.load(id, context, info);
  }

  bound(value, context, info) {
    this.#execution.requestOf(context).answer(sizeOf(value) * this.#execution.limits.copiesOf(info));
    return value;
  }

  request(options) {
    return new PluginRequest(this.#loaded.native, options);
  }

  httpRequest(req, res, options) {
    return httpRequest(this.#loaded.native, req, res, options);
  }

  health() {
    const { native, plugins } = this.#loaded;
    return plugins.flatMap(({ about: { id }, target, keyOf }) => {
      const health = keyOf ? native.poolHealth(target) : native.instanceHealth(target);
      return health ? [{ id, ...health }] : [];
    });
  }

  get eventsPlugin() {
    return this.#feed?.id ?? null;
  }

  #requireFeed(name) {
    if (this.#feed) return this.#feed;
    throw new TypeError(`${name}: no plugin offers events`);
  }

  async readEvents(query, context) {
    return this.#requireFeed('readEvents').read(query, this.#execution.requestOf(context));
  }

  events(options) {
    return this.#requireFeed('events').deliver(options);
  }

  metrics(options) {
    return metricsOf(this.#loaded, this.health(), options);
  }

  async #close() {
    const givenBack = this.#feed?.close();
    if (givenBack) await givenBack; // Otherwise later calls are rejected from now on.
    await closePlugins(this.#loaded);
  }

  close() {
    this.#closed ??= this.#close();
    return this.#closed;
  }
}
