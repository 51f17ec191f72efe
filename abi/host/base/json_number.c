// SPDX-License-Identifier: MIT
#include "abi/host/base/json_number.h"

#include <string.h>

/* 2^1024 - 2^970, in the middle between the largest double and 2^1024, to which it is rounded. */
static const char infinite[] =
    "17976931348623158079372897140530341507993413271003782693617377898044496829276475"
    "09466490179775872070963302864166928879109465555478519404026306574886715058206819"
    "08902000708383676273854845817711531764475730270069855571366959622842914819860834"
    "936475292719074168444365510704342711559699508093042880177904174497792";
enum { INFINITE_DIGITS = sizeof infinite - 1 };

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

/* The exponent at "e", "E" or the end; limited to more than any text has digits. */
static long long exponent_at(const char *at, const char *end)
{
    const long long most = 1LL << 56;
    long long exponent = 0;
    const bool negative = end - at > 1 && at[1] == '-';
    for (; at < end; at++)
        if (is_digit(*at) && exponent < most)
            exponent = exponent * 10 + (*at - '0');
    if (exponent > most)
        exponent = most;
    return negative ? -exponent : exponent;
}

/* Compares the digits from `at` on, among which may be a point, with those of `infinite`. */
static bool is_below(const char *at, const char *end)
{
    for (size_t i = 0; i < INFINITE_DIGITS; i++) {
        at += at < end && *at == '.';
        const char digit = at < end ? *at++ : '0';
        if (digit != infinite[i])
            return digit < infinite[i];
    }
    return false;
}

bool json_number_is_finite(const char *text, size_t size)
{
    const char *end = text + size;
    const char *mantissa_end = text;
    while (mantissa_end < end && *mantissa_end != 'e' && *mantissa_end != 'E')
        mantissa_end++;
    const char *first = text; /* The first digit that counts. */
    while (first < mantissa_end && (*first < '1' || *first > '9'))
        first++;
    if (first == mantissa_end)
        return true;
    const char *point = memchr(text, '.', (size_t)(mantissa_end - text));
    if (point == NULL)
        point = mantissa_end;
    /* The number is 0.DIGITS × 10^magnitude. */
    const long long before = first < point ? point - first : point + 1 - first;
    const long long magnitude = before + exponent_at(mantissa_end, end);
    if (magnitude != INFINITE_DIGITS)
        return magnitude < INFINITE_DIGITS;
    return is_below(first, mantissa_end);
}
