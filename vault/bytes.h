// SPDX-License-Identifier: MIT
/* Borrowed bytes: not NUL-terminated; they may contain NUL. */
#ifndef VAULT_BYTES_H
#define VAULT_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct vault_bytes {
    const void *data;
    size_t size;
};

#define VAULT_NO_BYTES ((struct vault_bytes){NULL, 0})

static inline struct vault_bytes vault_bytes_of(const char *string)
{
    return (struct vault_bytes){string, strlen(string)};
}

static inline bool vault_bytes_equal(struct vault_bytes a, struct vault_bytes b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

#endif
