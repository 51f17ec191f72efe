// SPDX-License-Identifier: MIT
// Resolvers for the fields of plugins.
import { settle } from './answer.js';
import { isAbstractType, Kind } from './graphql.js';
import { parentOf } from './parent.js';
import { CALL } from './request.js';
import { lookAhead } from './selection.js';

const LONGEST_NAME = 255; // The binding has room for it.

/** Returns the response name of a field. A longer one is never an alias: those have a limit. */
function nameOf({ path: { key } }) {
  return key.length <= LONGEST_NAME ? key : null;
}

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
      const call = (parent) => settle(request.call(plugin, CALL.resolver, index, args, parent, select(info), isChange ? nameOf(info) : null), note);
      if (isChange && organizations) limits.check(info); // Before anybody is asked.
      const checked = isChange ? organizations?.check(args, context, request) : undefined;
      if (checked) return checked.then(() => call(null));
      const parent = isRoot ? null : parentOf(requiredFields, source, context, info);
      return typeof parent?.then === 'function' ? parent.then(call) : call(parent);
    };
  });
}

/** Returns the name of the type inside lists and non-null, whether it is a list, and whether its members can't be null. */
function outputOf(type) {
  let [isList, isRequired] = [false, false];
  while (type.kind !== Kind.NAMED_TYPE) {
    isList ||= type.kind === Kind.LIST_TYPE;
    isRequired = type.kind === Kind.NON_NULL_TYPE;
    type = type.type;
  }
  return { name: type.name.value, isList, isRequired };
}

/**
 * Waits for all members of a list, with an Error in place of each that fails. A list of promises would
 * do, but graphql-jit adds a null to it for each that is rejected.
 */
function settleList(list, resolve) {
  return Promise.all(list.map(async (value) => resolve(value)).map((promise) =>
    promise.catch((error) => (error instanceof Error ? error : new Error(String(error))))));
}

/**
 * Returns the object of a reference in the answer to a mutation, which is done. Where the host has no object although
 * there must be one, it is the reference itself, its type and ID: otherwise the client would not learn what was done.
 */
function kept(reference, resolve, context, info, note) {
  const keep = (why) => {
    note(`${info.parentType.name}.${info.fieldName}: no object for the ${reference.__typename} ${reference.id} after a mutation: ${why}`, context);
    return reference;
  };
  const fail = (error) => keep(error?.message ?? String(error));
  const take = (object) => (object instanceof Error ? fail(object) : object ?? keep('references gives null'));
  try {
    const object = resolve(reference.id, context, info);
    return typeof object?.then === 'function' ? object.then(take, fail) : take(object);
  } catch (error) {
    return fail(error);
  }
}

function completion(field, { isList, isRequired }, resolve, note) {
  const isReference = (value) => value !== null && value !== undefined && !(value instanceof Error);
  const objectOf = (value, context, info) => (isRequired && info.operation.operation === 'mutation'
    ? kept(value, resolve, context, info, note) : resolve(value.id, context, info));
  const one = (value, context, info) => (isReference(value) ? objectOf(value, context, info) : value);
  const many = (list, context, info) => (isReference(list) ? settleList(list, (value) => one(value, context, info)) : list);
  const complete = isList ? many : one;
  return (source, args, context, info) => complete(source[field], context, info);
}

/**
 * Adds resolvers for the fields of the plugin's types that refer to objects of others. `references`
 * completes them by ID; `note` gets what is to be logged, and the GraphQL context.
 */
export function attachReferences(plugin, document, resolvers, references, note) {
  for (const { kind, name, fields } of document.definitions) {
    if (kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
    for (const field of fields ?? []) {
      const output = outputOf(field.type);
      const resolve = references[output.name];
      if (!resolve || !plugin.about.references.includes(output.name)) continue;
      resolvers[name.value] ??= {};
      resolvers[name.value][field.name.value] ??= completion(field.name.value, output, resolve, note);
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
