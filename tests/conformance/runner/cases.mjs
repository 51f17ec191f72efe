// SPDX-License-Identifier: MIT
// Reads the cases strictly: a mistake is an error that names its place, never a case that tests
// nothing.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { requireOfExamples } from '../../support-js/paths.mjs';
import { isCaptured, isObject, operatorOf } from './match.mjs';
import { TOKENS } from './tokens.mjs';

const Ajv = requireOfExamples('ajv').default;
const { parse, print, separateOperations } = requireOfExamples('graphql');
const beside = (name) => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));
const TYPES = ['string', 'integer', 'boolean', 'object', 'array', 'null'];

export const actors = beside('actors.json');
const validate = new Ajv({ allErrors: true, useDefaults: true, allowUnionTypes: true }).compile(beside('case.schema.json'));

function isPattern(text) {
  try {
    return typeof text === 'string' && Boolean(new RegExp(text, 'u'));
  } catch {
    return false;
  }
}

const OPERATORS = {
  $any: (argument) => TYPES.includes(argument),
  $match: isPattern,
  $number: (argument) => /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(argument),
  $repeat: (argument) => Array.isArray(argument) && typeof argument[0] === 'string' && Number.isInteger(argument[1]),
};

function checkValue(value, known, operators, at) {
  if (isCaptured(value)) return known.has(value.slice(1)) ? [] : [`${at}: nothing is captured as ${value}`];
  if (typeof value !== 'object' || value === null) return [];
  const operator = operatorOf(value);
  if (operator) {
    const [name, argument] = operator;
    return operators.includes(name) && OPERATORS[name](argument) ? [] : [`${at}: ${JSON.stringify(value)} has no meaning here`];
  }
  return Object.entries(value).flatMap(([name, member]) =>
    (name.startsWith('$') ? [`${at}: ${name} stands beside other members`] : checkValue(member, known, operators, `${at}/${name}`)));
}

function checkOutcomes({ atOnce, expect }, at) {
  const total = expect?.outcomes?.reduce((sum, { times }) => sum + times, 0);
  return total === undefined || total === atOnce ? [] : [`${at}: ${total} outcomes are expected, but ${atOnce ?? 1} requests are sent at once`];
}

function checkRun(step, operations, known, at) {
  const actor = step.actor;
  const { refused, log, ...values } = step.expect ?? {};
  return [
    ...(operations.has(step.run) ? [] : [`${at}: the document has no operation ${step.run}`]),
    ...(typeof actor === 'string' && !Object.hasOwn(actors, actor) ? [`${at}: there is no actor ${actor}`] : []),
    ...(isPattern(refused ?? '') && isPattern(log ?? '') ? [] : [`${at}: not a pattern`]),
    ...checkOutcomes(step, at),
    ...checkValue([step.variables ?? {}, isObject(actor) ? actor : {}], known, ['$number', '$repeat'], `${at}/variables`),
    ...checkValue(values, known, Object.keys(OPERATORS), `${at}/expect`),
  ];
}

function checkSteps({ steps, actor, organization }, operations) {
  const known = new Set(TOKENS.map((name) => `token.${name}`));
  const used = new Set(steps.map((step) => step.run));
  const unused = [...operations.keys()].filter((name) => !used.has(name)).map((name) => `no step runs ${name}`);
  const findings = steps.flatMap((step, index) => {
    const found = step.run === undefined ? [] : checkRun({ actor, ...step }, operations, known, `/steps/${index}`);
    for (const name of Object.keys(step.capture ?? {})) known.add(name);
    return found;
  });
  const isUnnamed = organization === undefined && steps.some(({ locked, sql }) => locked ?? sql);
  return [...unused, ...findings, ...(isUnnamed ? ['no organization is named whose database is locked or changed'] : [])];
}

/**
 * The operations of a document by name: {text, isQuery}. The text includes the fragments that it
 * uses.
 */
function operationsOf(document) {
  const parts = Object.entries(separateOperations(parse(document)));
  return new Map(parts.map(([name, part]) => {
    const { operation } = part.definitions.find(({ kind }) => kind === 'OperationDefinition');
    return [name || '(without a name)', { text: print(part), isQuery: operation === 'query' }];
  }));
}

/** Reads a case from its two texts. Throws an Error that names every mistake. */
export function readCase(name, document, expectations) {
  const test = JSON.parse(expectations);
  const operations = operationsOf(document);
  const mistakes = validate(test)
    ? checkSteps(test, operations)
    : validate.errors.map((error) => `${error.instancePath}: ${error.message} ${JSON.stringify(error.params)}`);
  if (mistakes.length > 0) throw new Error(`${name}.json: ${mistakes.join('; ')}`);
  return { name, document, operations, ...test };
}

/** Reads all cases of a folder, sorted by name. */
export function readCases(folder) {
  const files = readdirSync(folder);
  const names = files.filter((file) => file.endsWith('.graphql')).map((file) => basename(file, '.graphql'));
  const alone = files.filter((file) => file.endsWith('.json') && !names.includes(basename(file, '.json')));
  if (alone.length > 0) throw new Error(`There is no document for ${alone.join(', ')}`);
  return names.sort().map((name) => {
    const expectations = join(folder, `${name}.json`);
    if (!existsSync(expectations)) throw new Error(`There are no expectations for ${name}.graphql`);
    return readCase(name, readFileSync(join(folder, `${name}.graphql`), 'utf8'), readFileSync(expectations, 'utf8'));
  });
}
