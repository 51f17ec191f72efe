// SPDX-License-Identifier: MIT
// What a plugin's field learns of the object that has it: `__typename` and the fields that its resolver
// requires, never the whole record, which may be the host's.
import { defaultFieldResolver, isLeafType, isListType, isNonNullType, Kind } from './graphql.js';

const NO_ARGUMENTS = {};

/** Returns a value as it would be in a response. */
function outputOf(type, value) {
  if (value instanceof Error) throw value;
  if (isNonNullType(type)) return outputOf(type.ofType, value);
  if (value === null || value === undefined) return null;
  if (isListType(type)) return Array.from(value, (each) => outputOf(type.ofType, each));
  if (isLeafType(type)) return type.serialize(value);
  throw new TypeError(`A plugin can't require a field of the type ${type}: only scalars and enums`);
}

/** Returns the value of a field, or a promise of it, as the schema's resolver gives it. */
function valueOf(name, source, context, info) {
  const { type, resolve = defaultFieldResolver } = info.parentType.getFields()[name];
  const fieldNodes = [{ kind: Kind.FIELD, name: { kind: Kind.NAME, value: name } }];
  const value = resolve(source, NO_ARGUMENTS, context,
    { ...info, fieldName: name, fieldNodes, returnType: type, path: { ...info.path, key: name } });
  return typeof value?.then === 'function' ? value.then((settled) => outputOf(type, settled)) : outputOf(type, value);
}

/** Returns the JSON of the parent, or a promise of it. */
export function parentOf(required, source, context, info) {
  const values = required.map((name) => valueOf(name, source, context, info));
  const write = (settled) => JSON.stringify(
    Object.fromEntries([['__typename', info.parentType.name], ...required.map((name, i) => [name, settled[i]])]));
  return values.some((value) => typeof value?.then === 'function') ? Promise.all(values).then(write) : write(values);
}
