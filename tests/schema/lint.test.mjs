// SPDX-License-Identifier: MIT
// Lints the merged schema, with and without a host, by the rules that GraphQL ESLint recommends and those for Relay. Everything
// must be described.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import plugin from '@graphql-eslint/eslint-plugin';
import { ESLint } from 'eslint';
import { Desk } from './desk.mjs';

process.env.NODE_ENV = 'test'; // Otherwise the plugin keeps the first schema that it has read.
const { configs, parser } = plugin;
const DESCRIBED = { types: true, DirectiveDefinition: true, rootField: true, FieldDefinition: true, InputValueDefinition: true, EnumValueDefinition: true };
const RULES = {
  ...configs['flat/schema-recommended'].rules,
  ...configs['flat/schema-relay'].rules,
  '@graphql-eslint/require-description': ['error', DESCRIBED],
  '@graphql-eslint/description-style': ['error', { style: 'inline' }], // One line each, unlike the rule's default.
};

/** What the schema breaks on purpose: the rule, the line that it reports, and why. */
const EXCEPTIONS = [
  ['relay-connection-types', /^interface Connection /, "the interface of all connections is the API's own; the types that implement it are connections of Relay"],
  ['relay-edge-types', /^ {2}nodes: /, 'nodes without edges are what most clients want; the Relay specification allows more fields'],
  ['relay-edge-types', /^ {2}\): \[(Node|Actor)\]!$/, 'what is asked for by IDs has the order of the IDs, and no pages'],
  ['strict-id-in-types', /^type \w+(Payload|Connection|Edge) /, 'results, pages and edges are no objects of their own, so they have no ID'],
  ['strict-id-in-types', /^type (PageInfo|CountInfo|OrganizationSettings) /, 'a value that belongs to the object around it'],
  ['require-description', /^type (Query|Mutation) /, "a root type that the host does not define: what it means is the host's to say"],
];

/** Returns "rule: line: message" for each breach. */
async function breachesOf(file) {
  const eslint = new ESLint({ cwd: join(file, '..'), overrideConfigFile: true, overrideConfig: [{
    files: ['**/*.graphql'],
    languageOptions: { parser, parserOptions: { graphQLConfig: { schema: file } } },
    plugins: { '@graphql-eslint': plugin },
    rules: RULES,
  }] });
  const lines = readFileSync(file, 'utf8').split('\n');
  const [{ messages }] = await eslint.lintFiles([file]);
  return messages.map(({ ruleId, line, message }) => ({ rule: ruleId?.replace('@graphql-eslint/', ''), line: lines[line - 1], message }));
}

test('the schema breaks only the rules that are listed', async (t) => {
  const desk = new Desk();
  t.after(() => desk.remove());
  const files = [desk.schema('alone.graphql'), desk.schema('merged.graphql', desk.host)];
  const breaches = [];
  for (const file of files) breaches.push(...await breachesOf(file));
  const isMeant = (breach, [rule, line]) => breach.rule === rule && line.test(breach.line);
  assert.deepEqual(breaches.filter((breach) => !EXCEPTIONS.some((exception) => isMeant(breach, exception))), []);
  assert.deepEqual(EXCEPTIONS.filter((exception) => !breaches.some((breach) => isMeant(breach, exception))), [], 'exceptions that are not needed any more');
});

test('what is not described is found', async (t) => {
  const desk = new Desk();
  t.after(() => desk.remove());
  const text = readFileSync(desk.schema('merged.graphql', desk.host), 'utf8');
  const described = text.split('\n').filter((line) => /^ *"/.test(line));
  assert.ok(described.length > 90, `${described.length} descriptions`);
  const broken = desk.write('broken.graphql', text.replace(/"The number\."\n/, '').replace(/"Ends before this cursor\."\n/, '').replace(/"A before Z[^\n]*\n/, ''));
  const undescribed = (await breachesOf(broken)).filter(({ rule }) => rule === 'require-description').map(({ line }) => line.trim());
  assert.deepEqual(undescribed, ['before: String', 'count: Int!', 'ASC']);
});
