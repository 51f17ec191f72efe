// SPDX-License-Identifier: MIT
/*
 * The audit trail of an organization: numbered events, each with the hash of the one before it, so
 * that a change, a gap or a missing end shows. plugin/README.md says the format exactly, for other
 * tools that verify it. Nothing here allocates; any thread.
 */
#ifndef PLUGIN_STORE_TRAIL_H
#define PLUGIN_STORE_TRAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "plugin/base/identifier.h"
#include "plugin/base/text.h"

enum { TRAIL_SALT_SIZE = 16, TRAIL_HASH_SIZE = 32 };

/* BLAKE2b (RFC 7693) of 32 bytes. */
struct trail_hash {
    uint8_t bytes[TRAIL_HASH_SIZE];
};

struct trail_event {
    int64_t sequence;              /* From 1. */
    struct identifier entity;      /* Whose event it is; all zeros: nobody's. */
    struct text body;              /* JSON (trail_body.h); no text: erased, and the salt with it. */
    uint8_t salt[TRAIL_SALT_SIZE]; /* So that an erased body can't be guessed from its digest. */
    struct trail_hash digest;      /* Of the body, keyed with the salt. */
    struct trail_hash hash;        /* Of the hash before it, the sequence, entity and digest. */
};

/* The end of a trail, which its organization keeps apart from the events. */
struct trail_head {
    int64_t length;         /* The sequence of the last event; 0: there is none. */
    struct trail_hash hash; /* Of the last event; without one, of the organization's ID. */
};

/* The head of a trail without events. */
struct trail_head trail_start(struct text organization_id);

/* Makes the event the next one: sets sequence, digest and hash. The head is then the new one. */
void trail_append(struct trail_head *head, struct trail_event *event);

struct trail_hash trail_digest(const struct trail_event *event);

/* The hash that the event must have behind `before`. */
struct trail_hash trail_link(const struct trail_hash *before, const struct trail_event *event);

bool trail_hash_equal(const struct trail_hash *a, const struct trail_hash *b);

/* Takes an event, whose body is borrowed until the return. False: no more are wanted. */
typedef bool (*trail_visit_fn)(void *user, const struct trail_event *event);

#endif
