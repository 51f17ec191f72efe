// SPDX-License-Identifier: MIT
#include "vault/tool/clock.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "vault/timestamp.h"

enum { RELATIVE_TIME_LIMIT = 10 }; /* Characters, so that milliseconds fit into 64 bits. */

int64_t clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool unit_seconds(const char *unit, int64_t *ret_seconds)
{
    static const struct {
        char unit;
        int64_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 604800}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (unit[0] == units[i].unit && unit[1] == '\0') {
            *ret_seconds = units[i].seconds;
            return true;
        }
    }
    return false;
}

static bool parse_relative(const char *text, int64_t now, int64_t *ret_ms)
{
    char *unit;
    int64_t seconds;
    if (!isdigit((unsigned char)text[1]) || strlen(text) > RELATIVE_TIME_LIMIT)
        return false;
    const long long count = strtoll(text + 1, &unit, 10);
    if (!unit_seconds(unit, &seconds))
        return false;
    *ret_ms = now + count * seconds * 1000;
    return true;
}

bool clock_parse(const char *text, int64_t now, int64_t *ret_ms)
{
    int64_t ms;
    const bool parsed = text[0] == '+' ? parse_relative(text, now, &ms)
                                       : vault_timestamp_parse(text, strlen(text), &ms);
    /* An offset can lead out of the years that a timestamp in UTC can say. */
    if (!parsed || ms < VAULT_TIMESTAMP_FIRST_MS || ms > VAULT_TIMESTAMP_LAST_MS)
        return false;
    *ret_ms = ms;
    return true;
}
