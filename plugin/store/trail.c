// SPDX-License-Identifier: MIT
#include "plugin/store/trail.h"

#include <sodium.h>

static const char start_label[] = "integrations.so trail 1\n";

static void add(crypto_generichash_state *state, const void *bytes, size_t size)
{
    crypto_generichash_update(state, bytes, size);
}

struct trail_head trail_start(struct text organization_id)
{
    struct trail_head head = {0};
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, TRAIL_HASH_SIZE);
    add(&state, start_label, sizeof start_label - 1);
    add(&state, organization_id.data, organization_id.size);
    crypto_generichash_final(&state, head.hash.bytes, TRAIL_HASH_SIZE);
    return head;
}

struct trail_hash trail_digest(const struct trail_event *event)
{
    struct trail_hash digest;
    crypto_generichash(digest.bytes, TRAIL_HASH_SIZE, (const uint8_t *)event->body.data,
                       event->body.size, event->salt, TRAIL_SALT_SIZE);
    return digest;
}

struct trail_hash trail_link(const struct trail_hash *before, const struct trail_event *event)
{
    struct trail_hash hash;
    crypto_generichash_state state;
    uint8_t sequence[8];
    for (int i = 0; i < 8; i++)
        sequence[i] = (uint8_t)((uint64_t)event->sequence >> (56 - 8 * i));
    crypto_generichash_init(&state, NULL, 0, TRAIL_HASH_SIZE);
    add(&state, before->bytes, TRAIL_HASH_SIZE);
    add(&state, sequence, sizeof sequence);
    add(&state, event->entity.bytes, IDENTIFIER_SIZE);
    add(&state, event->digest.bytes, TRAIL_HASH_SIZE);
    crypto_generichash_final(&state, hash.bytes, TRAIL_HASH_SIZE);
    return hash;
}

void trail_append(struct trail_head *head, struct trail_event *event)
{
    event->sequence = head->length + 1;
    event->digest = trail_digest(event);
    event->hash = trail_link(&head->hash, event);
    *head = (struct trail_head){event->sequence, event->hash};
}

bool trail_hash_equal(const struct trail_hash *a, const struct trail_hash *b)
{
    return memcmp(a->bytes, b->bytes, TRAIL_HASH_SIZE) == 0;
}
