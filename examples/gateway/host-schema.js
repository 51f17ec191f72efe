// SPDX-License-Identifier: MIT
// The demo host's own schema: organizations, users, and the common types that plugins lean on.
import { readFileSync } from 'node:fs';
import { buildSchema } from 'graphql';

export function hostSchema() {
  return buildSchema(readFileSync(new URL('host-schema.graphql', import.meta.url), 'utf8'));
}

/** Organizations by ID: those of the configuration have a title of their own; any other ID stands for itself. */
export function organizationsOf(list) {
  const titles = new Map(list.map(({ id, title }) => [id, title]));
  const make = (id) => ({ __typename: 'Organization', id, title: titles.get(id) ?? id });
  return { known: (id) => (titles.has(id) ? make(id) : null), any: make };
}

/** Resolves the host's own fields; `loadNode` asks the plugins. */
export function attachHost(schema, organizations, loadNode) {
  const query = schema.getQueryType().getFields();
  const node = async (id, context, info) => organizations.known(id) ?? loadNode(id, context, info);
  query.me.resolve = (source, args, { actor }) => actor && { __typename: 'User', id: actor.id, title: actor.id };
  query.organization.resolve = (source, { id }) => organizations.any(id);
  query.node.resolve = (source, { id }, context, info) => node(id, context, info);
  schema.getMutationType().getFields().ping.resolve = () => true;
  query.nodes.resolve = (source, { ids }, context, info) => ids.map((id) => node(id, context, info));
}
