// SPDX-License-Identifier: MIT
#include "vault/timestamp.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* The rest of a text. */
struct input {
    const char *at;
    const char *end;
};

static bool take_number(struct input *input, int digits, int least, int most, int *ret_number)
{
    int number = 0;
    if (input->end - input->at < digits)
        return false;
    for (int i = 0; i < digits; i++, input->at++) {
        if (*input->at < '0' || *input->at > '9')
            return false;
        number = number * 10 + (*input->at - '0');
    }
    *ret_number = number;
    return number >= least && number <= most;
}

static bool take_one_of(struct input *input, const char *characters)
{
    if (input->at == input->end || *input->at == '\0' || strchr(characters, *input->at) == NULL)
        return false;
    input->at++;
    return true;
}

static int days_of_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

static bool take_date(struct input *input, struct tm *parts)
{
    int year, month;
    if (!take_number(input, 4, 0, 9999, &year) || !take_one_of(input, "-") ||
        !take_number(input, 2, 1, 12, &month) || !take_one_of(input, "-") ||
        !take_number(input, 2, 1, days_of_month(year, month), &parts->tm_mday))
        return false;
    parts->tm_year = year - 1900;
    parts->tm_mon = month - 1;
    return true;
}

static bool take_time(struct input *input, struct tm *parts, int *ret_ms)
{
    *ret_ms = 0;
    if (!take_number(input, 2, 0, 23, &parts->tm_hour) || !take_one_of(input, ":") ||
        !take_number(input, 2, 0, 59, &parts->tm_min) || !take_one_of(input, ":") ||
        !take_number(input, 2, 0, 60, &parts->tm_sec))
        return false;
    if (!take_one_of(input, "."))
        return true;
    int digit, weight = 100;
    if (!take_number(input, 1, 0, 9, &digit))
        return false;
    do {
        *ret_ms += digit * weight;
        weight /= 10;
    } while (input->at < input->end && *input->at >= '0' && *input->at <= '9' &&
             take_number(input, 1, 0, 9, &digit));
    return true;
}

static bool take_offset(struct input *input, int64_t *ret_seconds)
{
    int hours, minutes;
    *ret_seconds = 0;
    if (take_one_of(input, "Zz"))
        return true;
    const bool west = take_one_of(input, "-");
    if (!west && !take_one_of(input, "+"))
        return false;
    if (!take_number(input, 2, 0, 23, &hours) || !take_one_of(input, ":") ||
        !take_number(input, 2, 0, 59, &minutes))
        return false;
    *ret_seconds = (hours * 60 + minutes) * (west ? -60 : 60);
    return true;
}

bool vault_timestamp_parse(const char *text, size_t size, int64_t *ret_ms)
{
    struct input input = {text, text + size};
    struct tm parts = {0};
    int milliseconds;
    int64_t offset;
    if (!take_date(&input, &parts) || !take_one_of(&input, "Tt") ||
        !take_time(&input, &parts, &milliseconds) || !take_offset(&input, &offset) ||
        input.at != input.end)
        return false;
    *ret_ms = ((int64_t)timegm(&parts) - offset) * 1000 + milliseconds;
    return true;
}

void vault_timestamp_write(int64_t ms, char ret_text[VAULT_TIMESTAMP_SIZE])
{
    struct tm parts;
    ms = vault_timestamp_clamp(ms);
    int64_t rest = ms % 1000;
    if (rest < 0)
        rest += 1000;
    const time_t seconds = (time_t)((ms - rest) / 1000);
    gmtime_r(&seconds, &parts);
    char date[80]; /* The longest text that the compiler holds possible. */
    snprintf(date, sizeof date, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900,
             parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, (int)rest);
    memcpy(ret_text, date, VAULT_TIMESTAMP_SIZE - 1);
    ret_text[VAULT_TIMESTAMP_SIZE - 1] = '\0';
}
