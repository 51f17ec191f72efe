// SPDX-License-Identifier: MIT
// The keywords of JSON Schema (2020-12) that configurations use. Others are not checked here: a plugin
// checks its configuration itself.

function typeOf(value) {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

const isObject = (value) => typeOf(value) === 'object';
const isType = (value, type) => type === typeOf(value) || (type === 'number' && typeof value === 'number');
const isSame = (value, other) => JSON.stringify(value) === JSON.stringify(other);
const listOf = (values) => values.map((value) => JSON.stringify(value)).join(', ');
const quoted = (names, word) => names.map((name) => `\`${name}\``).join(word);

/** Follows `$ref` to a part of the same schema. */
export function resolveReference(schema, root) {
  if (!isObject(schema) || !schema.$ref?.startsWith('#')) return schema;
  const steps = schema.$ref.slice(1).split('/').slice(1).map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  return resolveReference(steps.reduce((part, step) => part?.[step], root) ?? true, root);
}

/** What is said of a value, by keyword: (limit, value) → text, or undefined if it is right. */
const RULES = {
  type: (types, value) => ([types].flat().some((type) => isType(value, type)) ? undefined
    : `it must be of the type ${[types].flat().join(' or ')}, not ${typeOf(value)}`),
  enum: (allowed, value) => (allowed.some((each) => isSame(each, value)) ? undefined : `it must be one of ${listOf(allowed)}`),
  const: (only, value) => (isSame(only, value) ? undefined : `it must be ${JSON.stringify(only)}`),
  minimum: (least, value) => (value < least ? `${value} is less than ${least}` : undefined),
  maximum: (most, value) => (value > most ? `${value} is more than ${most}` : undefined),
  minLength: (least, value) => ([...value].length >= least ? undefined : least === 1 ? 'it must not be empty' : `it has less than ${least} characters`),
  maxLength: (most, value) => ([...value].length > most ? `it has more than ${most} characters` : undefined),
  pattern: (form, value) => (new RegExp(form, 'u').test(value) ? undefined : `it does not have the form ${form}`),
  minItems: (least, value) => (value.length < least ? `it has less than ${least} elements` : undefined),
  maxItems: (most, value) => (value.length > most ? `it has more than ${most} elements` : undefined),
};
/** To which types of values a rule applies; others: to all. */
const APPLIES = { minimum: 'number', maximum: 'number', minLength: 'string', maxLength: 'string', pattern: 'string', minItems: 'array', maxItems: 'array' };

function checkMembers({ properties = {}, required = [], additionalProperties = true }, value, at) {
  const missing = required.filter((name) => !Object.hasOwn(value, name)).map((name) => at.say('it is missing, and has no default', name));
  const found = Object.entries(value).flatMap(([name, member]) => {
    if (Object.hasOwn(properties, name)) return at.check(properties[name], member, name);
    if (additionalProperties !== false) return at.check(additionalProperties, member, name);
    return at.say(`there is no such setting. Known are: ${Object.keys(properties).join(', ') || 'none'}`, name);
  });
  return [...found, ...missing];
}

/** Alternatives: exactly one (`oneOf`) or any (`anyOf`) must fit. Most require a member each. */
function checkChoice(schemas, isExclusive, value, at) {
  const failures = schemas.map((schema) => at.check(schema, value));
  const fitting = failures.filter((mistakes) => mistakes.length === 0).length;
  if (fitting === 1 || (fitting > 1 && !isExclusive)) return [];
  const names = schemas.flatMap(({ required = [] }) => required);
  const isOfNames = names.length === schemas.length && isObject(value);
  if (fitting === 0) return [isOfNames ? at.say(`${quoted(names, ' or ')} is required`) : failures.flat().join(', or ')];
  return [at.say(isOfNames ? `${quoted(names.filter((name) => Object.hasOwn(value, name)), ' and ')} exclude each other; remove all but one`
    : 'it fits several alternatives that exclude each other')];
}

/** Returns every mistake, each as the place and a sentence. */
export function mistakesOf(schema, value, root = schema, path = []) {
  const rules = resolveReference(schema, root);
  const at = {
    say: (text, ...more) => `${[...path, ...more].join('.') || 'configuration'}: ${text}`,
    check: (inner, member, ...more) => mistakesOf(inner, member, root, [...path, ...more]),
  };
  if (rules === false) return [at.say('it must not be there')];
  if (!isObject(rules)) return [];
  // A setting that was removed has `"not": {}`, and a description that says why.
  if (rules.not !== undefined && at.check(rules.not, value).length === 0) return [at.say(rules.description ?? 'it must not be there')];
  const told = Object.entries(RULES).map(([name, rule]) => {
    const applies = rules[name] !== undefined && (APPLIES[name] === undefined || isType(value, APPLIES[name]));
    return applies ? rule(rules[name], value) : undefined;
  });
  return [
    ...told.filter((text) => text !== undefined).map((text) => at.say(text)),
    ...(isObject(value) ? checkMembers(rules, value, at) : []),
    ...(Array.isArray(value) && rules.items !== undefined ? value.flatMap((item, index) => at.check(rules.items, item, index)) : []),
    ...(rules.allOf ?? []).flatMap((inner) => at.check(inner, value)),
    ...(rules.anyOf ? checkChoice(rules.anyOf, false, value, at) : []),
    ...(rules.oneOf ? checkChoice(rules.oneOf, true, value, at) : []),
  ];
}
