// SPDX-License-Identifier: MIT
/* Whose plugins a runtime loads: those that are signed with one of its trusted keys. */
#ifndef GQL_SIGNATURE_TRUST_H
#define GQL_SIGNATURE_TRUST_H

#include "abi/host/signature/minisign.h"

enum { TRUST_KEYS = 32 };

/* All 0: there are no keys, so everything is trusted. */
struct trust {
    const struct sodium *sodium; /* NULL: there are no keys. */
    struct minisign_key keys[TRUST_KEYS];
    size_t key_count;
};

/* Why a file is not trusted. */
enum distrust {
    DISTRUST_ACCESS,
    DISTRUST_NO_SIGNATURE,
    DISTRUST_BAD_SIGNATURE,
    DISTRUST_UNKNOWN_KEY,
    DISTRUST_CHANGED,
    DISTRUST_CHANGED_COMMENT,
    DISTRUST_COUNT
};

/* A short name, such as "unknown_key". Static. */
const char *distrust_name(enum distrust distrust);

/* How often that was so in this process, with any keys; those below note it. Any thread. */
void distrust_note(enum distrust distrust);
uint64_t distrust_count(enum distrust distrust);

/* Adds a key, as minisign_read_key reads it. GQL_E_CONFIG, GQL_E_LIMIT, or GQL_E_UNAVAILABLE. */
int32_t trust_add(struct trust *trust, const char *text, size_t size, gql_failure *failure);

/*
 * GQL_OK if the bytes of `file` are what the signature beside `path` (`path` with .minisig behind
 * it) signs, with a trusted key. `file` is a regular file that nobody else can write to, of any
 * offset. Any thread.
 */
int32_t trust_check(const struct trust *trust, const char *path, int file, gql_failure *failure);

#endif
