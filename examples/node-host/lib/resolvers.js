// SPDX-License-Identifier: MIT
// The fields of plugins, resolved by them.
import { GraphQLError, isAbstractType, Kind } from './graphql.js';
import { lookAhead } from './selection.js';

/** A faulty plugin's text must not reach the client by the message of an exception. */
function valueOf(json) {
  try {
    return JSON.parse(json);
  } catch {
    throw new GraphQLError('The plugin gave an answer that is no JSON', { extensions: { code: 'INTERNAL_ERROR' } });
  }
}

function toError({ code, message, extensions }) {
  return new GraphQLError(message, { extensions: { code, ...valueOf(extensions) } });
}

/** A value, or a promise of one; an error is thrown. */
export function settle(answer) {
  if (typeof answer === 'string') return valueOf(answer);
  if (typeof answer.then === 'function') return answer.then(settle);
  throw toError(answer);
}

/** Adds the plugin's resolvers to a map of types. `requestOf` gives the request of a GraphQL context. */
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

/** The name of the type within lists and non-null, and whether it is a list. */
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

/** Fields of the plugin's types that are references to objects of others: completed by ID where `references` has their type. */
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

/** The host's own way to tell the type of a value knows nothing of what plugins load: that says its type itself. */
export function attachTypes(schema, names) {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isAbstractType(type) || !type.resolveType || names.size === 0) continue;
    const resolveType = type.resolveType;
    type.resolveType = (value, ...rest) => (names.has(value?.__typename) ? value.__typename : resolveType(value, ...rest));
  }
}
