// SPDX-License-Identifier: MIT
// The subgraphs of the supergraph: the host's, and one published by each plugin.
import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { Kind, parse } from 'graphql';

const federated = readFileSync(new URL('host-subgraph.graphql', import.meta.url), 'utf8');

/** Moves what extensions have to the definitions: on an extension, @shareable applies only to the extension's fields. */
function moveExtensions({ definitions }) {
  const isExtension = ({ kind }) => kind === Kind.OBJECT_TYPE_EXTENSION;
  const extensionsOf = ({ kind, name }) => definitions.filter((node) =>
    kind === Kind.OBJECT_TYPE_DEFINITION && isExtension(node) && node.name.value === name.value);
  return definitions.filter((node) => !isExtension(node)).map((node) => {
    const all = (member) => node[member] && [node, ...extensionsOf(node)].flatMap((part) => part[member] ?? []);
    return { ...node, directives: all('directives'), fields: all('fields') };
  });
}

function hostSubgraph([hostTypeDefs], [{ Query, Mutation, AuditEvent }]) {
  const typeDefs = { kind: Kind.DOCUMENT, definitions: moveExtensions(parse(hostTypeDefs + federated)) };
  const resolve = ({ id }, context, info) => context.plugins.bound(Query.organization(null, { id }), context, info);
  const Organization = { __resolveReference: resolve };
  return { name: 'host', typeDefs, resolvers: { Query, Mutation, AuditEvent, Organization } };
}

/** Returns a list of {name, typeDefs, schema}. */
export function subgraphsOf(host) {
  return [hostSubgraph(host.typeDefs, host.resolvers), ...host.plugins.subgraphs].map(({ name, typeDefs, resolvers }) =>
    ({ name, typeDefs, schema: buildSubgraphSchema({ typeDefs, resolvers }) }));
}
