// SPDX-License-Identifier: MIT
/*
 * Memory for secrets: between guard pages, kept out of swap and core dumps where the system allows
 * it, wiped before it is freed. Any thread.
 */
#ifndef VAULT_SECRET_H
#define VAULT_SECRET_H

#include <stdbool.h>
#include <stddef.h>

struct vault_secret {
    unsigned char *bytes; /* From sodium_malloc; NULL if there is no secret. */
    size_t size;
};

#define VAULT_NO_SECRET ((struct vault_secret){NULL, 0})

/* Allocates `size` zeroed bytes, at least one. False if memory ran out. */
bool vault_secret_init(size_t size, struct vault_secret *ret_secret);

/* Wipes and frees the bytes. NULL and VAULT_NO_SECRET do nothing. */
void vault_secret_finish(struct vault_secret *secret);

/* Declares a secret that is finished when it goes out of scope. */
#define vault_secret_auto struct vault_secret __attribute__((cleanup(vault_secret_finish)))

#endif
