// SPDX-License-Identifier: MIT
/* Timestamps of RFC 3339, section 5.6, as Unix time in milliseconds. */
#ifndef VAULT_TIMESTAMP_H
#define VAULT_TIMESTAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VAULT_TIMESTAMP_SIZE 25 /* With the NUL: 2030-01-02T03:04:05.678Z */

/*
 * Fractions beyond milliseconds are cut off; a leap second counts as the next second. False if it
 * is no timestamp.
 */
bool vault_timestamp_parse(const char *text, size_t size, int64_t *ret_ms);

/* UTC, with milliseconds. `ms` is from year 0 to 9999. */
void vault_timestamp_write(int64_t ms, char ret_text[VAULT_TIMESTAMP_SIZE]);

#endif
