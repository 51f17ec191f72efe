// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/outcome.h"

void outcome_events_begin(struct outcome_events *events)
{
    wire_array_init(&events->organizations, WIRE_BYTEA);
    wire_array_init(&events->sequences, WIRE_BIGINT);
    wire_array_init(&events->entities, WIRE_BYTEA);
    wire_array_init(&events->salts, WIRE_BYTEA);
    wire_array_init(&events->digests, WIRE_BYTEA);
    wire_array_init(&events->hashes, WIRE_BYTEA);
    wire_array_init(&events->bodies, WIRE_TEXT);
}

bool outcome_events_add(struct outcome_events *events, struct text organization_id,
                        const struct trail_event *event)
{
    wire_array_add(&events->organizations, organization_id.data, organization_id.size);
    wire_array_add_bigint(&events->sequences, event->sequence);
    wire_array_add(&events->entities, event->entity.bytes, IDENTIFIER_SIZE);
    wire_array_add(&events->salts, event->salt, TRAIL_SALT_SIZE);
    wire_array_add(&events->digests, event->digest.bytes, TRAIL_HASH_SIZE);
    wire_array_add(&events->hashes, event->hash.bytes, TRAIL_HASH_SIZE);
    wire_array_add(&events->bodies, event->body.data, event->body.size);
    return !events->organizations.failed && !events->sequences.failed && !events->entities.failed &&
           !events->salts.failed && !events->digests.failed && !events->hashes.failed &&
           !events->bodies.failed;
}

void outcome_finish(struct outcome *outcome)
{
    struct outcome_events *events = &outcome->events;
    wire_array_finish(&events->organizations);
    wire_array_finish(&events->sequences);
    wire_array_finish(&events->entities);
    wire_array_finish(&events->salts);
    wire_array_finish(&events->digests);
    wire_array_finish(&events->hashes);
    wire_array_finish(&events->bodies);
}
