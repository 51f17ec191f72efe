// SPDX-License-Identifier: MIT
/*
 * The limits of what clients send. Messages are built from them, and embed.py writes them into the
 * schema's descriptions, where they stand as `{PAGE_SIZE_MAX}`.
 */
#ifndef PLUGIN_BASE_LIMITS_H
#define PLUGIN_BASE_LIMITS_H

#define PAGE_SIZE_DEFAULT 20
#define PAGE_SIZE_MAX 100

#define TITLE_MAX 255                   /* Unicode code points. */
#define TITLE_BYTES_MAX (4 * TITLE_MAX) /* The same in UTF-8. */

#define ORGANIZATION_ID_MAX 128 /* Bytes. */

#define IDEMPOTENCY_KEY_MAX 255 /* Bytes. */

#define CREDENTIAL_REF_MAX 4096 /* Bytes; as VAULT_TOKEN_LIMIT. */

/*
 * Bytes of a client's text that an error repeats. A longer text is left out, so that what a client
 * makes the plugin write is bounded by what it sent.
 */
#define ECHO_MAX 64

/* A limit as text: "At most " LIMIT_TEXT(PAGE_SIZE_MAX). */
#define LIMIT_TEXT(limit) LIMIT_TEXT_OF(limit)
#define LIMIT_TEXT_OF(number) #number

#endif
