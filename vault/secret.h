// SPDX-License-Identifier: MIT
/*
 * Memory for secrets: guarded, kept out of swap and core dumps where the system allows it, wiped
 * when given back.
 */
#ifndef VAULT_SECRET_H
#define VAULT_SECRET_H

#include <stdbool.h>
#include <stddef.h>

struct vault_secret {
    unsigned char *bytes; /* From sodium_malloc; NULL: none. */
    size_t size;
};

#define VAULT_NO_SECRET ((struct vault_secret){NULL, 0})

/* `size` zeroed bytes, at least one. False if memory ran out; then *ret_secret is untouched. */
bool vault_secret_init(size_t size, struct vault_secret *ret_secret);

/* Wipes, frees and empties it; NULL and an empty one do nothing. */
void vault_secret_finish(struct vault_secret *secret);

/* A variable that wipes itself when it goes out of scope. */
#define vault_secret_auto struct vault_secret __attribute__((cleanup(vault_secret_finish)))

#endif
