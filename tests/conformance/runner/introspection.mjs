// SPDX-License-Identifier: MIT
// Compares the schema that a host reports with the one that is published: its own and the plugin's, put together.
import { readFileSync } from 'node:fs';
import { requireOfExamples, root } from '../../support-js/paths.mjs';

const { buildClientSchema, buildSchema, lexicographicSortSchema, printType, isIntrospectionType, isSpecifiedDirective,
  isSpecifiedScalarType } = requireOfExamples('graphql');
const SOURCES = ['examples/demo-host/host-schema.graphql', 'plugin/schema/integrations.graphql'];

/** Name → text. The order of members says nothing, so both sides are sorted. */
function textsOf(schema) {
  const sorted = lexicographicSortSchema(schema);
  const types = Object.values(sorted.getTypeMap()).filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type));
  const directives = sorted.getDirectives().filter((directive) => !isSpecifiedDirective(directive));
  return new Map([
    ...types.map((type) => [type.name, printType(type)]),
    ...directives.map(({ name, description, args, isRepeatable, locations }) =>
      [`@${name}`, JSON.stringify({ description, args: args.map((arg) => `${arg.name}: ${arg.type}`), isRepeatable, locations })]),
  ]);
}

let published;

function publishedTexts() {
  published ??= textsOf(buildSchema(SOURCES.map((file) => readFileSync(`${root}/${file}`, 'utf8')).join('\n')));
  return published;
}

/** What differs; `adds.schema` names types and directives that the host may have beside. */
export function schemaTroubles(introspection, adds) {
  const expected = publishedTexts();
  const actual = textsOf(buildClientSchema(introspection));
  return [
    ...[...expected].filter(([name, text]) => actual.get(name) !== text)
      .map(([name, text]) => `${name} is reported as ${actual.get(name) ?? 'nothing'}\ninstead of ${text}`),
    ...[...actual.keys()].filter((name) => !expected.has(name) && !adds.schema.includes(name)).map((name) => `${name} is not published`),
  ];
}
