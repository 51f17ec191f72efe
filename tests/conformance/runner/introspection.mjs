// SPDX-License-Identifier: MIT
// Compares the schema that a host reports with the published one: the host's and the plugin's
// together.
import { readFileSync } from 'node:fs';
import { requireOfExamples, root } from '../../support-js/paths.mjs';

const { buildClientSchema, buildSchema, lexicographicSortSchema, printType, isIntrospectionType, isSpecifiedDirective,
  isSpecifiedScalarType } = requireOfExamples('graphql');
const SOURCES = ['examples/demo-host/host-schema.graphql', 'plugin/schema/integrations.graphql'];

/**
 * Pairs of a name and a text, of types or directives. Order has no meaning, so the schema is
 * sorted.
 */
const TEXTS = {
  types: (schema) => Object.values(schema.getTypeMap()).filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type))
    .map((type) => [type.name, printType(type)]),
  directives: (schema) => schema.getDirectives().filter((directive) => !isSpecifiedDirective(directive))
    .map(({ name, description, args, isRepeatable, locations }) =>
      [`@${name}`, JSON.stringify({ description, args: args.map((arg) => `${arg.name}: ${arg.type}`), isRepeatable, locations })]),
};

/** The numbers that stand as `{NAME}` in the plugin's schema. */
function withLimits(sdl) {
  const limits = readFileSync(`${root}/plugin/base/limits.h`, 'utf8');
  return sdl.replace(/\{([A-Z][A-Z_]+)\}/g, (_, name) => new RegExp(`^#define ${name} (\\d+)`, 'm').exec(limits)[1]);
}

let published;

function publishedSchema() {
  published ??= lexicographicSortSchema(buildSchema(withLimits(SOURCES.map((file) => readFileSync(`${root}/${file}`, 'utf8')).join('\n'))));
  return published;
}

/** Compares the `types` or the `directives`. `adds.schema` names those that the host may add. */
export function schemaDifferences(kind, introspection, adds) {
  const expected = new Map(TEXTS[kind](publishedSchema()));
  const actual = new Map(TEXTS[kind](lexicographicSortSchema(buildClientSchema(introspection))));
  return [
    ...[...expected].filter(([name, text]) => actual.get(name) !== text)
      .map(([name, text]) => `${name} is reported as ${actual.get(name) ?? 'nothing'}\ninstead of ${text}`),
    ...[...actual.keys()].filter((name) => !expected.has(name) && !adds.schema.includes(name)).map((name) => `${name} is not published`),
  ];
}
