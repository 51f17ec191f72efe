// SPDX-License-Identifier: MIT
/*
 * The functions of libsodium that signatures need. It is loaded when they are first asked for, and
 * stays: hosts that trust no keys need not have it.
 */
#ifndef GQL_SIGNATURE_SODIUM_H
#define GQL_SIGNATURE_SODIUM_H

#include <stddef.h>

#include "gql_plugin.h"

/* As in sodium.h. */
struct sodium {
    int (*init)(void);
    int (*hash)(unsigned char *out, size_t out_size, const unsigned char *text,
                unsigned long long size, const unsigned char *key, size_t key_size);
    int (*verify)(const unsigned char *signature, const unsigned char *text,
                  unsigned long long size, const unsigned char *key);
    int (*decode)(unsigned char *bytes, size_t capacity, const char *text, size_t size,
                  const char *ignored, size_t *ret_size, const char **ret_end, int variant);
};

/* Any thread. NULL if it can't be loaded: GQL_E_UNAVAILABLE. */
const struct sodium *sodium_functions(gql_failure *failure);

#endif
