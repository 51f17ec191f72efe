// SPDX-License-Identifier: MIT
/*
 * RFC 3339 timestamps (section 5.6) as Unix time in milliseconds. Nothing here allocates or looks
 * at the time zone; any thread may call it.
 */
#ifndef VAULT_TIMESTAMP_H
#define VAULT_TIMESTAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VAULT_TIMESTAMP_SIZE 25 /* With the NUL: 2030-01-02T03:04:05.678Z */

/* The first and the last millisecond that a timestamp can express: the years 0 to 9999. */
#define VAULT_TIMESTAMP_FIRST_MS INT64_C(-62167219200000)
#define VAULT_TIMESTAMP_LAST_MS INT64_C(253402300799999)

/* The nearest time that a timestamp can express; sums with it can't overflow. */
static inline int64_t vault_timestamp_clamp(int64_t ms)
{
    if (ms < VAULT_TIMESTAMP_FIRST_MS)
        return VAULT_TIMESTAMP_FIRST_MS;
    return ms > VAULT_TIMESTAMP_LAST_MS ? VAULT_TIMESTAMP_LAST_MS : ms;
}

/*
 * Reads a timestamp with any offset. Cuts off digits beyond milliseconds, and takes a leap second
 * for the second after it. False if the text is not a timestamp. An offset can move the result up
 * to a day out of the range above.
 */
bool vault_timestamp_parse(const char *text, size_t size, int64_t *ret_ms);

/*
 * Writes UTC with exactly three digits of milliseconds and a "Z", NUL-terminated. A time that can't
 * be expressed becomes the first or the last.
 */
void vault_timestamp_write(int64_t ms, char ret_text[VAULT_TIMESTAMP_SIZE]);

#endif
