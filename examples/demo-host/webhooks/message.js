// SPDX-License-Identifier: MIT
// What is posted of an event.

/**
 * Members that are not posted: where somebody was would be personal data for the receiver, and the audit trail has it;
 * the position is the plugin's own.
 */
const KEPT_BACK = ['clientAddress', 'userAgent', 'position'];

/** The types that are posted where an endpoint does not name its own. */
export const USUAL_TYPES = ['integration.created', 'integration.updated', 'integration.deleted', 'integration.restored'];

/**
 * Returns {id, type, body} of an event: its ID, which stays the same however often it is posted; the type, such as
 * integration.created; the JSON. Returns null of an event whose body was erased.
 */
export function messageOf({ id, time, organizationId, aggregateType, eventType, ...more }) {
  if (id === undefined) return null;
  const type = `${aggregateType}.${eventType}`.toLowerCase();
  const data = { id, organizationId, aggregateType, eventType, ...more };
  for (const name of KEPT_BACK) delete data[name];
  return { id, type, body: JSON.stringify({ type, timestamp: time, data }) };
}
