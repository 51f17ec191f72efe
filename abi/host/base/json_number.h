// SPDX-License-Identifier: MIT
/* Numbers of JSON, without their conversion: nothing depends on the locale or allocates. */
#ifndef GQL_JSON_NUMBER_H
#define GQL_JSON_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether a number, written as RFC 8259 demands, is finite as an IEEE 754 double: below 2^1024
 * after rounding. Linear in its size; any thread.
 */
bool json_number_is_finite(const char *text, size_t size);

#endif
