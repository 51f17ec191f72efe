// SPDX-License-Identifier: MIT
// Compares actual values with expected ones: exactly, except where the expected value is an
// operator.

/** Marks a text that is sent as a number; see steps.mjs. */
export const NUMBER = '@number:';

const CAPTURED = /^\$[A-Za-z]\w*(\.\w+)*$/;

export function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether it stands for a captured value, as `$name` does. */
export function isCaptured(value) {
  return typeof value === 'string' && CAPTURED.test(value);
}

/** Returns [name, argument] for `{"$name": argument}`, else undefined. */
export function operatorOf(value) {
  if (!isObject(value)) return undefined;
  const [entry, more] = Object.entries(value);
  return entry?.[0].startsWith('$') && !more ? entry : undefined;
}

/**
 * Replaces each `$name` with the captured value, and `{"$repeat": [text, times]}` with the long
 * text.
 */
export function substitute(value, captured) {
  if (isCaptured(value)) return captured[value.slice(1)];
  if (Array.isArray(value)) return value.map((member) => substitute(member, captured));
  if (!isObject(value)) return value;
  const [operator, argument] = operatorOf(value) ?? [];
  if (operator === '$repeat') return argument[0].repeat(argument[1]);
  if (operator === '$number') return `${NUMBER}${argument}`;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, substitute(member, captured)]));
}

function typeOf(value) {
  if (Array.isArray(value)) return 'array';
  if (value === null) return 'null';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

function fits([operator, argument], actual) {
  if (operator === '$any') return typeOf(actual) === argument;
  return typeof actual === 'string' && new RegExp(argument, 'u').test(actual);
}

const show = (value) => (value === undefined ? 'nothing' : JSON.stringify(value));

function differInMembers(expected, actual, at) {
  const extra = Object.keys(actual).filter((name) => !Object.hasOwn(expected, name));
  return [
    ...Object.keys(expected).flatMap((name) => differ(expected[name], actual[name], `${at}.${name}`)),
    ...extra.map((name) => `${at}.${name} is not expected: ${show(actual[name])}`),
  ];
}

/** Returns all differences, each a line that begins with its place. */
export function differ(expected, actual, at) {
  const operator = operatorOf(expected);
  if (operator) return fits(operator, actual) ? [] : [`${at}: ${show(actual)} is not ${show(expected)}`];
  if (Array.isArray(expected) && Array.isArray(actual) && expected.length === actual.length) {
    return expected.flatMap((member, index) => differ(member, actual[index], `${at}.${index}`));
  }
  if (isObject(expected) && isObject(actual)) return differInMembers(expected, actual, at);
  return Object.is(expected, actual) ? [] : [`${at}: ${show(actual)} instead of ${show(expected)}`];
}

/**
 * Returns the differences in the order of members, if there are no others. The order must be that
 * of the document (GraphQL specification, 6.3.1).
 */
export function differInOrder(expected, actual, at) {
  if (typeof expected !== 'object' || expected === null || operatorOf(expected)) return [];
  const [wanted, found] = [Object.keys(expected), Object.keys(actual)];
  const own = wanted.every((name, index) => name === found[index]) ? [] : [`${at}: in the order ${found}, not ${wanted}`];
  return [...own, ...wanted.flatMap((name) => differInOrder(expected[name], actual[name], `${at}.${name}`))];
}
