// SPDX-License-Identifier: MIT
// checkConfiguration: every mistake by its place, paths from the folder, defaults.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkConfiguration } from '../../examples/node-host/index.js';

const SCHEMA = {
  type: 'object',
  additionalProperties: false,
  properties: {
    size: { type: 'integer', minimum: 1, maximum: 9, default: 3 },
    name: { type: ['string', 'null'], maxLength: 2, pattern: '^[a-z€😀]*$' },
    colour: { enum: ['red', 1, [2]] },
    on: { const: true },
    file: { $ref: '#/$defs/file' },
    files: { type: 'array', minItems: 1, maxItems: 2, items: { $ref: '#/$defs/file' } },
    named: { type: 'object', additionalProperties: { $ref: '#/$defs/file' } },
    old: { not: {}, description: 'removed: use size' },
    never: false,
    inner: { type: 'object', default: {}, properties: { deep: { default: { file: 'not marked' } }, path: { format: 'path', default: 'x' } } },
    one: { type: 'object', oneOf: [{ required: ['a'] }, { required: ['b'] }] },
    some: { anyOf: [{ type: 'string' }, { type: 'integer', minimum: 5 }] },
    all: { allOf: [{ type: 'integer' }, { minimum: 5 }] },
    unknownKeyword: { 'x-of-somebody': 1, format: 'uri' },
  },
  $defs: { file: { type: 'string', format: 'path', minLength: 1 } },
};

const cases = [
  [[], 'configuration: it must be of the type object, not array'],
  [{ size: 0, name: 7 }, 'size: 0 is less than 1; name: it must be of the type string or null, not integer'],
  [{ size: 1.5 }, 'size: it must be of the type integer, not number'],
  [{ size: 10, name: 'abc' }, 'size: 10 is more than 9; name: it has more than 2 characters'],
  [{ name: 'AB' }, 'name: it does not have the form ^[a-z€😀]*$'],
  [{ colour: [3] }, 'colour: it must be one of "red", 1, [2]'],
  [{ on: false, never: 1 }, 'on: it must be true; never: it must not be there'],
  [{ file: '' }, 'file: it must not be empty'],
  [{ files: [] }, 'files: it has less than 1 elements'],
  [{ files: ['a', 1, 'c'] }, 'files: it has more than 2 elements; files.1: it must be of the type string, not integer'],
  [{ named: { x: null } }, 'named.x: it must be of the type string, not null'],
  [{ old: 1 }, 'old: removed: use size'],
  [{ one: {} }, 'one: `a` or `b` is required'],
  [{ one: { a: 1, b: 1 } }, 'one: `a` and `b` exclude each other; remove all but one'],
  [{ some: 1 }, 'some: it must be of the type string, not integer, or some: 1 is less than 5'],
  [{ all: 1 }, 'all: 1 is less than 5'],
  [{ toString: 1 }, /^toString: there is no such setting\. Known are: size, name/],
];

test('every mistake is named, with its place', () => {
  for (const [value, said] of cases) assert.throws(() => checkConfiguration(SCHEMA, value, '/x'), { message: said });
});

test('marked paths are absolute in the copy, and only they', () => {
  const given = { name: '€😀', colour: [2], file: 'a/../b', files: ['/c', './d'], named: { x: 'e' }, inner: { path: '' }, one: { a: 'f' }, some: 5, unknownKeyword: 'g' };
  const before = structuredClone(given);
  assert.deepEqual(checkConfiguration(SCHEMA, given, '/etc/x'), { ...before, file: '/etc/x/b', files: ['/c', '/etc/x/d'], named: { x: '/etc/x/e' } });
  assert.deepEqual(given, before);
});

test('defaults are filled in if asked for', () => {
  assert.deepEqual(checkConfiguration(SCHEMA, {}, '/x', { useDefaults: true }), { size: 3, inner: { deep: { file: 'not marked' }, path: '/x/x' } });
  assert.deepEqual(checkConfiguration(SCHEMA, {}, '/x'), {});
});
