// SPDX-License-Identifier: MIT
// Resolvers for the fields of plugins.
import { GraphQLError, isAbstractType, Kind } from './graphql.js';
import { lookAhead } from './selection.js';

/** Parses the JSON of a plugin. Text that isn't JSON must not reach the client in an exception's message. */
function valueOf(json) {
  try {
    return JSON.parse(json);
  } catch {
    throw new GraphQLError('The plugin returned an answer that is not JSON', { extensions: { code: 'INTERNAL_ERROR' } });
  }
}

function toError({ code, message, extensions }) {
  return new GraphQLError(message, { extensions: { code, ...valueOf(extensions) } });
}

/** Returns the value of an answer, or a promise of it. Throws the answer's error. */
export function settle(answer) {
  if (typeof answer === 'string') return valueOf(answer);
  if (typeof answer.then === 'function') return answer.then(settle);
  throw toError(answer);
}

/** Adds the plugin's resolvers to a map of types. `requestOf` returns the request of a GraphQL context. */
export function attachResolvers(native, plugin, resolvers, requestOf) {
  const select = lookAhead(native);
  plugin.about.resolvers.forEach(({ type, field }, index) => {
    const isRoot = type === 'Query' || type === 'Mutation';
    resolvers[type] ??= {};
    resolvers[type][field] = (source, args, context, info) =>
      settle(requestOf(context).call(plugin, false, index, JSON.stringify(args),
        isRoot ? null : JSON.stringify(source), select(info)));
  });
}

/** Returns the name of the type inside lists and non-null, and whether it is a list. */
function outputOf(type) {
  let isList = false;
  while (type.kind !== Kind.NAMED_TYPE) {
    isList ||= type.kind === Kind.LIST_TYPE;
    type = type.type;
  }
  return { name: type.name.value, isList };
}

function completion(field, isList, resolve) {
  const one = (value, context, info) => (value == null ? value : resolve(value.id, context, info));
  return isList
    ? (source, args, context, info) => source[field]?.map((value) => one(value, context, info))
    : (source, args, context, info) => one(source[field], context, info);
}

/**
 * Adds resolvers for the fields of the plugin's types that refer to objects of others. `references`
 * completes them by ID.
 */
export function attachReferences(plugin, document, resolvers, references) {
  for (const { kind, name, fields } of document.definitions) {
    if (kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
    for (const field of fields ?? []) {
      const output = outputOf(field.type);
      const resolve = references[output.name];
      if (!resolve || !plugin.about.references.includes(output.name)) continue;
      resolvers[name.value] ??= {};
      resolvers[name.value][field.name.value] ??= completion(field.name.value, output.isList, resolve);
    }
  }
}

/** The host's resolveType does not know the objects that plugins load, so `__typename` names their type. */
export function attachTypes(schema, names) {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isAbstractType(type) || !type.resolveType || names.size === 0) continue;
    const resolveType = type.resolveType;
    type.resolveType = (value, ...rest) => (names.has(value?.__typename) ? value.__typename : resolveType(value, ...rest));
  }
}
