// SPDX-License-Identifier: MIT
// Compares an answer over HTTP with an expectation.
import { differ, differInOrder, substitute } from './match.mjs';
import { extensionsOf, PROBLEMS } from './problem.mjs';
import { schemaTroubles } from './introspection.mjs';

const RESPONSE_MEMBERS = ['data', 'errors', 'extensions'];
const ERROR_MEMBERS = ['message', 'locations', 'path', 'extensions'];

const pathOf = (error) => JSON.stringify(error.path ?? null);
const byPath = (a, b) => (pathOf(a) < pathOf(b) ? -1 : Number(pathOf(a) > pathOf(b)));

function extraMembers(object, allowed, at) {
  return Object.keys(object).filter((name) => !allowed.includes(name)).map((name) => `${at}.${name} is no member of a GraphQL response`);
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

/** The order of errors says nothing: they are compared by their paths. */
function checkErrors(expected = [], actual = [], context) {
  if (!Array.isArray(actual) || expected.length !== actual.length) return [`errors: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`];
  const sorted = [...actual].sort(byPath);
  return [...expected].sort(byPath).flatMap((error, index) => checkError(error, sorted[index], context, `errors.${index}`));
}

/** Refused by the gateway before anything was executed (GraphQL specification, 7.1: there is no entry `data`). */
function checkRefusal(pattern, { status, body }) {
  const messages = (body.errors ?? []).map(({ message }) => message);
  return [
    ...(status === 200 || status === 400 ? [] : [`status: ${status} instead of 200 or 400`]),
    ...('data' in body ? ['data is there, though nothing was executed'] : []),
    ...(messages.some((message) => new RegExp(pattern, 'u').test(message)) ? [] : [`errors: none of ${JSON.stringify(messages)} matches ${pattern}`]),
    ...(body.errors ?? []).filter(({ extensions }) => Object.hasOwn(PROBLEMS, extensions?.code)).map(({ message }) => `the plugin was asked: ${message}`),
  ];
}

function checkData(expected, actual) {
  const troubles = differ(expected, actual, 'data');
  return troubles.length > 0 ? troubles : differInOrder(expected, actual, 'data');
}

/** The differences; `context` has captured, traceId, typeBase, adds. */
export function checkAnswer(expectation, answer, context) {
  const { refused, schema, status = 200, ...rest } = expectation;
  if (answer.text.includes(context.folder)) return ['a path of the server is in the answer'];
  if (refused) return checkRefusal(refused, answer);
  if (answer.status !== status) return [`status: ${answer.status} instead of ${status}: ${answer.text.slice(0, 500)}`];
  if (status !== 200) return [];
  const { data, errors } = substitute(rest, context.captured);
  return [
    ...extraMembers(answer.body, RESPONSE_MEMBERS, 'response'),
    ...('data' in rest ? checkData(data, answer.body.data) : []),
    ...checkErrors(errors, answer.body.errors, context),
    ...(schema ? schemaTroubles(schema, answer.body.data, context.adds) : []),
  ];
}
