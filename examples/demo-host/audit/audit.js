// SPDX-License-Identifier: MIT
// Who did what: the host's fields auditEvents and entityHistory, over the events of plugins.
import { readFileSync } from 'node:fs';
import { readPage } from './page.js';

export const auditTypeDefs = readFileSync(new URL('audit-schema.graphql', import.meta.url), 'utf8');

function changesOf({ action, ...fields } = {}) {
  return Object.entries(fields).map(([field, change]) => ({ field, ...change }));
}

/** Returns the resolvers. `organizationOf(id)` makes the host's organization, `actorOf(id, context, info)` finds who acts. */
export function auditResolvers(organizationOf, actorOf) {
  const complete = ({ data, ...event }) => ({ ...event, isErased: event.isErased ?? false, organization: organizationOf(event.organizationId),
    refusedAction: data?.action, changes: changesOf(data) });
  const page = async ({ organizationId, entityId, filter, ...args }, context, info) => {
    const read = async (place) => {
      const found = await context.plugins.readEvents({ organizationId, entityId, filter, ...place }, context);
      return { ...found, events: found.events.map(complete) };
    };
    const connection = await readPage(read, args);
    context.plugins.bound(connection.nodes, context, info);
    return connection;
  };
  return {
    Query: {
      auditEvents: (source, args, context, info) => page(args, context, info),
      entityHistory: (source, args, context, info) => page(args, context, info),
    },
    AuditEvent: { actor: ({ actorId }, args, context, info) => (actorId ? actorOf(actorId, context, info) : null) },
  };
}
