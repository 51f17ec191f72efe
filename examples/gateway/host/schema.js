// SPDX-License-Identifier: MIT
// Merges plugins into the host's schema, strictly, and lets their fields be resolved by them.
import { extendSchema, getNamedType, GraphQLError, isListType, isNonNullType, isObjectType, parse, printSchema } from 'graphql';
import { lookAhead } from './selection.js';

/** A schema that grows plugin by plugin. */
export class GrowingSchema {
  constructor(schema) {
    this.schema = schema;
  }

  /** Binds a library: all conflicts, or what is to be added. */
  bind(native, library) {
    return native.bind(library, printSchema(this.schema));
  }

  /** Adds what a plugin brings. graphql-js refuses whatever is defined twice. */
  extend(sdl) {
    this.schema = extendSchema(this.schema, parse(sdl));
  }
}

function toError({ code, message, extensions }) {
  return new GraphQLError(message, { extensions: { code, ...JSON.parse(extensions) } });
}

/** A value, or a promise of one; an error is thrown. */
function settle(answer) {
  if (typeof answer === 'string') return JSON.parse(answer);
  if (typeof answer.then === 'function') return answer.then(settle);
  throw toError(answer);
}

function attachResolvers(native, plugin, schema) {
  const select = lookAhead(native);
  plugin.about.resolvers.forEach(({ type, field }, index) => {
    const isRoot = type === 'Query' || type === 'Mutation';
    schema.getType(type).getFields()[field].resolve = (source, args, context, info) =>
      settle(native.call(plugin.instance, false, index, JSON.stringify(args),
        isRoot ? null : JSON.stringify(source), select(info), context.pluginRequest));
  });
}

function isOwnType(plugin, type) {
  return plugin.ownTypes.has(type.name);
}

function typeNamesOf(sdl) {
  return new Set(parse(sdl).definitions.filter((node) => node.kind === 'ObjectTypeDefinition').map((node) => node.name.value));
}

function isList(type) {
  return isListType(isNonNullType(type) ? type.ofType : type);
}

/** Fields of the plugin's types that are references to the host's: the host resolves them by ID. */
function attachReferences(plugin, schema, references) {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || !isOwnType(plugin, type)) continue;
    for (const field of Object.values(type.getFields())) {
      const resolve = references[getNamedType(field.type).name];
      if (!resolve || !plugin.about.references.includes(getNamedType(field.type).name)) continue;
      const one = (value, context) => (value == null ? value : resolve(value.id, context));
      field.resolve = isList(field.type)
        ? (source, args, context) => source[field.name]?.map((value) => one(value, context))
        : (source, args, context) => one(source[field.name], context);
    }
  }
}

/**
 * Completes a schema with what the plugins serve. `references` maps the host's types to functions (id, context) → object.
 */
export function attachPlugins(native, plugins, schema, references) {
  for (const plugin of plugins) {
    plugin.ownTypes = typeNamesOf(plugin.sdl);
    attachResolvers(native, plugin, schema);
    attachReferences(plugin, schema, references);
  }
}

/**
 * Loads plugins' objects by ID, for `node` and `nodes`: all IDs that one turn of the event loop asks for go into one call
 * for each type. Gives null where no plugin has an object that may be read.
 */
export function nodeLoader(native, plugins) {
  const loaders = plugins.flatMap((plugin) =>
    plugin.about.loaders.map(({ type }, index) => ({ plugin, type, index, select: lookAhead(native, ['__typename']) })));

  async function load({ plugin, index }, ids, selection, request) {
    return settle(native.call(plugin.instance, true, index, JSON.stringify({ ids }), null, selection, request));
  }

  async function flush(batch, context, info) {
    const found = new Map();
    for (const loader of loaders) {
      const missing = [...batch.ids].filter((id) => !found.has(id));
      if (missing.length === 0) break;
      const values = await load(loader, missing, loader.select(info), context.pluginRequest);
      values.forEach((value, i) => value && found.set(missing[i], value));
    }
    return found;
  }

  return (id, context, info) => {
    context.nodeBatches ??= new Map();
    const key = info.fieldNodes[0];
    let batch = context.nodeBatches.get(key);
    if (!batch) {
      batch = { ids: new Set() };
      batch.found = Promise.resolve().then(() => {
        context.nodeBatches.delete(key);
        return flush(batch, context, info);
      });
      context.nodeBatches.set(key, batch);
    }
    batch.ids.add(id);
    return batch.found.then((found) => found.get(id) ?? null);
  };
}
