// SPDX-License-Identifier: MIT
/* The time, and times as options give them. All are Unix times in milliseconds. */
#ifndef VAULT_TOOL_CLOCK_H
#define VAULT_TOOL_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

int64_t clock_now(void);

/* "+30d" from `now` on (s, m, h, d, w), or an RFC 3339 timestamp; within the years 0 to 9999. */
bool clock_parse(const char *text, int64_t now, int64_t *ret_ms);

#endif
