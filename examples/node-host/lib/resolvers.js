// SPDX-License-Identifier: MIT
// Resolvers for the fields of plugins.
import { settle } from './answer.js';
import { isAbstractType, Kind } from './graphql.js';
import { parentOf } from './parent.js';
import { lookAhead } from './selection.js';

/**
 * Adds the plugin's resolvers to a map of types. `requestOf` returns the request of a GraphQL context,
 * `served` are the fields that plugins resolve, `limits` those of operations; `organizations`, if the host says
 * which exist, is asked before a mutation.
 */
export function attachResolvers(native, plugin, resolvers, { requestOf, served, limits, organizations }) {
  const select = lookAhead(native, served, limits);
  plugin.about.resolvers.forEach(({ type, field, requiredFields }, index) => {
    const isRoot = type === 'Query' || type === 'Mutation';
    const isChange = type === 'Mutation'; // What is done must not become an error any more.
    resolvers[type] ??= {};
    resolvers[type][field] = (source, args, context, info) => {
      const request = requestOf(context);
      const note = isChange ? undefined : (size) => request.answer(size * limits.copiesOf(info));
      const call = (parent) => settle(request.call(plugin, false, index, args, parent, select(info)), note);
      if (isChange && organizations) limits.check(info); // Before anybody is asked.
      const checked = isChange ? organizations?.check(args, context, request) : undefined;
      if (checked) return checked.then(() => call(null));
      const parent = isRoot ? null : parentOf(requiredFields, source, context, info);
      return typeof parent?.then === 'function' ? parent.then(call) : call(parent);
    };
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

/**
 * Waits for all members of a list, with an Error in place of each that fails. A list of promises would
 * do, but graphql-jit adds a null to it for each that is rejected.
 */
function settleList(list, resolve) {
  return Promise.all(list.map(async (value) => resolve(value)).map((promise) =>
    promise.catch((error) => (error instanceof Error ? error : new Error(String(error))))));
}

function completion(field, isList, resolve) {
  const isReference = (value) => value !== null && value !== undefined && !(value instanceof Error);
  const one = (value, context, info) => (isReference(value) ? resolve(value.id, context, info) : value);
  const many = (list, context, info) => (isReference(list) ? settleList(list, (value) => one(value, context, info)) : list);
  const complete = isList ? many : one;
  return (source, args, context, info) => complete(source[field], context, info);
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
