// SPDX-License-Identifier: MIT
/*
 * The texts of minisign: public keys and signatures. Lines may end with CR LF, as minisign allows.
 * Any thread.
 */
#ifndef GQL_SIGNATURE_MINISIGN_H
#define GQL_SIGNATURE_MINISIGN_H

#include <stdbool.h>

#include "abi/host/signature/sodium.h"

enum { MINISIGN_ID = 8, MINISIGN_KEY = 32, MINISIGN_SIGNATURE = 64, MINISIGN_HASH = 64 };

struct minisign_key {
    uint8_t id[MINISIGN_ID];
    uint8_t bytes[MINISIGN_KEY];
};

struct minisign_signature {
    bool prehashed; /* `bytes` sign the BLAKE2b-512 of the file, not the file. */
    uint8_t key_id[MINISIGN_ID];
    uint8_t bytes[MINISIGN_SIGNATURE];
    const char *comment; /* The trusted one, which is part of the text. Without a NUL. */
    size_t comment_size;
    uint8_t global[MINISIGN_SIGNATURE]; /* Signs `bytes`, then the comment. */
};

/*
 * Reads a file that `minisign -G` wrote, or its second line alone. Returns NULL, or why it is none
 * (static).
 */
const char *minisign_read_key(const struct sodium *sodium, const char *text, size_t size,
                              struct minisign_key *ret_key);

/* Likewise of a file that `minisign -S` wrote. */
const char *minisign_read_signature(const struct sodium *sodium, const char *text, size_t size,
                                    struct minisign_signature *ret_signature);

/* The ID of a key as minisign shows it. */
void minisign_print_id(const uint8_t id[MINISIGN_ID], char text[2 * MINISIGN_ID + 1]);

#endif
