// SPDX-License-Identifier: MIT
// Posts the events of plugins as webhooks.
import { startWebhooks } from './index.js';

const MOST_ORGANIZATIONS = 1000; // Whose events one endpoint has at once, waiting for the next attempt for example.
const BATCH = 20; // Events of each.
const READER = { id: 'webhooks', kind: 'system', grants: [{ organizationId: null, actions: ['READ'] }] };

/** Returns the event of a dead letter, or null if it is not there any more, or its content is not. */
async function find({ id, organizationId, aggregateId, time }, plugins) {
  const to = new Date(Date.parse(time) + 1).toISOString();
  const query = { organizationId, entityId: aggregateId, filter: { from: time, to } };
  for (let after; ;) {
    const context = { pluginRequest: plugins.request({ actor: READER, source: 'internal' }) };
    const { events, hasMore, position } = await plugins.readEvents({ ...query, after }, context);
    const event = events.find((each) => each.id === id);
    if (event || !hasMore) return event ?? null;
    after = position;
  }
}

/** Starts to post. Returns {stop}. Throws an Error that says what is wrong with the settings. */
export function postEvents(webhooks, plugins, log) {
  if (plugins.instances) throw new Error('webhooks: they are of all organizations, and plugins.instances has an instance for each: remove one of the two');
  const { leaseMilliseconds } = webhooks;
  const events = (options) => plugins.events({ ...options, manual: true, leaseMilliseconds, batchSize: BATCH, maxOrganizations: MOST_ORGANIZATIONS });
  return startWebhooks(webhooks, { events, find: (letter) => find(letter, plugins), log });
}
