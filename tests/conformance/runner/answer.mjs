// SPDX-License-Identifier: MIT
// Compares an answer over HTTP with an expectation.
import { differ, differInOrder, substitute } from './match.mjs';
import { schemaDifferences } from './introspection.mjs';
import { ERRORS, extensionsOf } from './problem-details.mjs';

const RESPONSE_MEMBERS = ['data', 'errors', 'extensions'];
const ERROR_MEMBERS = ['message', 'locations', 'path', 'extensions'];

const pathOf = (error) => JSON.stringify(error.path ?? null);
const byPath = (a, b) => (pathOf(a) < pathOf(b) ? -1 : Number(pathOf(a) > pathOf(b)));

function extraMembers(object, allowed, at) {
  return Object.keys(object).filter((name) => !allowed.includes(name)).map((name) => `${at}.${name} is not a member of a GraphQL response`);
}

function without(object = {}, names = []) {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}

function checkError(expected, actual, { adds, traceId, typeBase }, at) {
  const { message, path, extensions } = actual;
  return [
    ...differ(expected.path, path, `${at}.path`),
    ...differ(expected.message ?? { $any: 'string' }, message, `${at}.message`),
    ...differ(extensionsOf(expected, { typeBase, traceId, message }), without(extensions, adds.extensions), `${at}.extensions`),
    ...extraMembers(actual, ERROR_MEMBERS, at),
  ];
}

/** The order of errors has no meaning, so they are sorted by their paths. */
function checkErrors(expected = [], actual = [], context) {
  if (!Array.isArray(actual) || expected.length !== actual.length) return [`errors: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`];
  const sorted = [...actual].sort(byPath);
  return [...expected].sort(byPath).flatMap((error, index) => checkError(error, sorted[index], context, `errors.${index}`));
}

/**
 * A request that the gateway rejects before execution has no `data` (GraphQL specification, 7.1).
 */
function checkRejection({ refused: pattern, code }, { status, body }) {
  const fits = ({ message, extensions }) => new RegExp(pattern, 'u').test(message) && (code === undefined || extensions?.code === code);
  return [
    ...(status === 200 || status === 400 ? [] : [`status: ${status} instead of 200 or 400`]),
    ...('data' in body ? ['`data` is present, though nothing may have been executed'] : []),
    ...((body.errors ?? []).some(fits) ? [] : [`errors: none of ${JSON.stringify(body.errors)} matches ${pattern} with the code ${code}`]),
    ...(body.errors ?? []).filter(({ extensions }) => extensions?.code !== code && Object.hasOwn(ERRORS, extensions?.code)).map(({ message }) => `the plugin was asked: ${message}`),
  ];
}

function checkData(expected, actual) {
  const findings = differ(expected, actual, 'data');
  return findings.length > 0 ? findings : differInOrder(expected, actual, 'data');
}

function sizeDifferences(atMost, { text }) {
  const size = Buffer.byteLength(text);
  return size <= atMost ? [] : [`size: ${size} bytes instead of at most ${atMost}: ${text.slice(0, 500)}`];
}

/** Returns the differences. `context` has captured, traceId, typeBase, adds and folder. */
export function checkAnswer(expectation, answer, context) {
  const { atMost, refused, code, schema, status = 200, ...rest } = expectation;
  if (answer.text.includes(context.folder)) return ['the answer contains a path of the server'];
  if (atMost) return sizeDifferences(atMost, answer);
  if (refused) return checkRejection({ refused, code }, answer);
  if (answer.status !== status) return [`status: ${answer.status} instead of ${status}: ${answer.text.slice(0, 500)}`];
  if (status !== 200) return [];
  const { data, errors } = substitute(rest, context.captured);
  return [
    ...extraMembers(answer.body, RESPONSE_MEMBERS, 'response'),
    ...('data' in rest ? checkData(data, answer.body.data) : []),
    ...checkErrors(errors, answer.body.errors, context),
    ...(schema ? schemaDifferences(schema, answer.body.data, context.adds) : []),
  ];
}
