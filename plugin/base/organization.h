// SPDX-License-Identifier: MIT
/*
 * The organization tag, which IDs and folders contain: the first 24 bits of BLAKE2b-256 of an
 * organization's ID. Organizations share tags, by chance and on purpose: a tag narrows down whose
 * something can be, and never decides.
 */
#ifndef PLUGIN_BASE_ORGANIZATION_H
#define PLUGIN_BASE_ORGANIZATION_H

#include <sodium.h>
#include <stdint.h>

#include "plugin/base/text.h"

/* 24 bits; the first of the hash are the highest. Any thread. */
uint32_t organization_tag(struct text organization_id);

/* For a table of organizations: who chooses their IDs can't choose hashes that meet. */
struct organization_key {
    uint8_t bytes[crypto_shorthash_KEYBYTES];
};

/* A random one. */
void organization_key_init(struct organization_key *key);

/* Takes a fraction of the time of the tag. Any thread. */
uint64_t organization_hash(const struct organization_key *key, struct text organization_id);

#endif
