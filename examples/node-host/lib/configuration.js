// SPDX-License-Identifier: MIT
// Checks a configuration against its JSON Schema, and makes the paths absolute that it marks.
import { resolve } from 'node:path';
import { mistakesOf, resolveReference } from './json-schema.js';

/** Returns the value with absolute paths, and with defaults if asked for. */
function complete(schema, value, { folder, useDefaults, root }) {
  const { format, properties = {}, additionalProperties, items } = resolveReference(schema, root);
  const within = (inner, member) => (typeof inner === 'object' ? complete(inner, member, { folder, useDefaults, root }) : member);
  if (typeof value === 'string') return format === 'path' && value !== '' ? resolve(folder, value) : value;
  if (Array.isArray(value)) return value.map((item) => within(items, item));
  if (typeof value !== 'object' || value === null) return value;
  const defaults = useDefaults ? Object.entries(properties).filter(([, inner]) => inner.default !== undefined).map(([name, inner]) => [name, inner.default]) : [];
  const members = Object.entries({ ...Object.fromEntries(defaults), ...value });
  return Object.fromEntries(members.map(([name, member]) => [name, within(Object.hasOwn(properties, name) ? properties[name] : additionalProperties, member)]));
}

/**
 * Returns a copy of the configuration whose paths are absolute, from the folder: strings for which the schema
 * has `"format": "path"`. `useDefaults`: with the schema's defaults too. Throws an Error that lists every mistake.
 */
export function checkConfiguration(schema, configuration, folder, { useDefaults = false } = {}) {
  const value = JSON.parse(JSON.stringify(configuration));
  const mistakes = mistakesOf(schema, value);
  if (mistakes.length > 0) throw new Error(mistakes.join('; '));
  return complete(schema, value, { folder, useDefaults, root: schema });
}
