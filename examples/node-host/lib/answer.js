// SPDX-License-Identifier: MIT
// The answers of plugins, as the binding returns them: JSON text; {json, errors} with errors inside the
// value; {code, message, extensions} of a rejected call; or a promise of one of these.
import { GraphQLError } from './graphql.js';

/** Parses the JSON of a plugin. Text that isn't JSON must not reach the client in an exception's message. */
function parse(json) {
  try {
    return JSON.parse(json);
  } catch {
    throw new GraphQLError('The plugin returned an answer that is not JSON', { extensions: { code: 'INTERNAL_ERROR' } });
  }
}

/** Returns the GraphQLError of a rejected call. */
export function toError({ code, message, extensions }) {
  return new GraphQLError(message, { extensions: { code, ...parse(extensions) } });
}

/**
 * Puts an error in place of the null at its path, or of a null above it. graphql-js throws an Error that
 * it finds as a value, and reports it with the full path. Of several errors for one null, only the first
 * can be reported. A path that does not lead to a null belongs to a field that was not selected.
 */
function putError(holder, { message, path, extensions }) {
  let [object, key] = [holder, 'value'];
  for (const step of path) {
    const value = object[key];
    if (value === null) break;
    if (typeof value !== 'object' || value instanceof Error || !Object.hasOwn(value, step)) return;
    [object, key] = [value, step];
  }
  if (object[key] === null) object[key] = new GraphQLError(message, { extensions });
}

/** Returns about how many characters of JSON a value takes. */
export function sizeOf(value) {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null || value instanceof Error) return 4;
  return Object.entries(value).reduce((sum, [name, member]) => sum + name.length + 4 + sizeOf(member), 2);
}

function valueWithErrors({ json, errors }) {
  const holder = { value: parse(json) };
  for (const error of parse(errors)) putError(holder, error);
  if (holder.value instanceof Error) throw holder.value;
  return holder.value;
}

/**
 * Returns the value of an answer, or a promise of it. Throws the error of a rejected call. `note` gets the size of the
 * value's JSON first.
 */
export function settle(answer, note) {
  if (typeof answer === 'string') {
    note?.(answer.length);
    return parse(answer);
  }
  if (typeof answer.then === 'function') return answer.then((settled) => settle(settled, note));
  if (answer.errors !== undefined) {
    note?.(answer.json.length);
    return valueWithErrors(answer);
  }
  throw toError(answer);
}
