// SPDX-License-Identifier: MIT
// The subgraphs of the supergraph: the host's, and one published by each plugin.
import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { hostTypeDefs } from 'demo-host';
import { Kind, parse } from 'graphql';

const federated = readFileSync(new URL('host-subgraph.graphql', import.meta.url), 'utf8');

/** Moves directives to the definitions: on an extension, @shareable applies only to the extension's fields. */
function moveDirectives({ definitions }) {
  const isExtension = ({ kind }) => kind === Kind.OBJECT_TYPE_EXTENSION;
  const extensionsOf = ({ kind, name }) => definitions.filter((node) =>
    kind === Kind.OBJECT_TYPE_DEFINITION && isExtension(node) && node.name.value === name.value);
  return definitions.filter((node) => !isExtension(node)).map((node) =>
    ({ ...node, directives: [node, ...extensionsOf(node)].flatMap(({ directives }) => directives ?? []) }));
}

function hostSubgraph([{ Query, Mutation }]) {
  const typeDefs = { kind: Kind.DOCUMENT, definitions: moveDirectives(parse(hostTypeDefs + federated)) };
  const resolve = ({ id }, context, info) => context.plugins.bound(Query.organization(null, { id }), context, info);
  const Organization = { __resolveReference: resolve };
  return { name: 'host', typeDefs, resolvers: { Query, Mutation, Organization } };
}

/** Returns a list of {name, typeDefs, schema}. */
export function subgraphsOf(host) {
  return [hostSubgraph(host.resolvers), ...host.plugins.subgraphs].map(({ name, typeDefs, resolvers }) =>
    ({ name, typeDefs, schema: buildSubgraphSchema({ typeDefs, resolvers }) }));
}
