// SPDX-License-Identifier: MIT
// The schema of a gateway with its plugins as text. No plugin gets an instance, so none needs its settings.
import { concatAST, isTypeDefinitionNode, isTypeExtensionNode, Kind, parse, print } from './graphql.js';
import { bindPlugin, closePlugins } from './library.js';
import { openFolder } from './load-plugins.js';
import { subgraphPartsOf } from './subgraph.js';

/** What an extension adds to. */
const LISTS = ['operationTypes', 'interfaces', 'directives', 'fields', 'types', 'values'];

const isSchema = ({ kind }) => kind === Kind.SCHEMA_DEFINITION || kind === Kind.SCHEMA_EXTENSION;
const isDefinition = (node) => isTypeDefinitionNode(node) || node.kind === Kind.SCHEMA_DEFINITION;
const isExtension = (node) => isTypeExtensionNode(node) || node.kind === Kind.SCHEMA_EXTENSION;
const keyOf = (node) => (isSchema(node) ? 'schema' : `type ${node.name.value}`);

function extended(definition, extensions) {
  const lists = LISTS.map((name) => [name, [definition, ...extensions].flatMap((node) => node[name] ?? [])]);
  return { ...definition, ...Object.fromEntries(lists.filter(([, list]) => list.length > 0)) };
}

/** Moves what extends a type into its definition: not every tool that reads a schema knows extensions. */
function foldExtensions({ kind, definitions }) {
  const defined = new Set(definitions.filter(isDefinition).map(keyOf));
  const isFolded = (node) => isExtension(node) && defined.has(keyOf(node));
  const extensionsOf = (definition) => definitions.filter((node) => isExtension(node) && keyOf(node) === keyOf(definition));
  return {
    kind,
    definitions: definitions.filter((node) => !isFolded(node)).map((node) => (isDefinition(node) ? extended(node, extensionsOf(node)) : node)),
  };
}

function subgraphOf(loading, wanted) {
  const parts = subgraphPartsOf(loading.plugins);
  const found = parts.find(({ name }) => name === wanted);
  if (found) return parse(found.sdl);
  throw new Error(`No plugin offers the subgraph ${wanted}; offered are: ${parts.map(({ name }) => name).join(', ') || 'none'}`);
}

function mergedOf({ host }) {
  host.build(); // Checks it.
  return foldExtensions(concatAST([host.document, host.typeDefs()]));
}

/**
 * Returns the SDL of the merged schema or, if `subgraph` names one, of that subgraph. `options` are those of
 * loadPlugins, after checkOptions.
 */
export async function printMergedSchema(folder, options, subgraph) {
  const loading = await openFolder(folder, options, bindPlugin);
  try {
    return `${print(subgraph === undefined ? mergedOf(loading) : subgraphOf(loading, subgraph))}\n`;
  } finally {
    await closePlugins(loading);
  }
}
