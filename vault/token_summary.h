// SPDX-License-Identifier: MIT
/*
 * What a record may say of a credentialRef without giving it away: a few claims and a fingerprint.
 * Nothing is verified: it is for tokens that were, when they were stored.
 */
#ifndef VAULT_TOKEN_SUMMARY_H
#define VAULT_TOKEN_SUMMARY_H

#include <jansson.h>
#include <stdint.h>

#include "vault/bytes.h"

#define VAULT_FINGERPRINT_SIZE 33 /* With the NUL. */

struct vault_token_summary {
    struct vault_bytes subject;  /* `sub`; like the next two, VAULT_NO_BYTES if there is none. */
    struct vault_bytes token_id; /* `jti` */
    struct vault_bytes key_id;   /* `kid` of the footer. */
    int64_t expires;             /* `exp`: Unix milliseconds; INT64_MAX: never. */
    /* BLAKE2b of 16 bytes of the token's text, in hexadecimal digits. */
    char fingerprint[VAULT_FINGERPRINT_SIZE];
    json_t *claims, *footer; /* Own the bytes above; or NULL. */
};

/*
 * Of a text that is no token, there is the fingerprint alone. False if out of memory; finish it
 * in any case. Any thread.
 */
bool vault_token_summary_init(struct vault_token_summary *summary, const char *token, size_t size);
void vault_token_summary_finish(struct vault_token_summary *summary);

#endif
