// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <inttypes.h>
#include <string.h>

#include "vault/timestamp.h"

Test(timestamp, other_texts_are_rejected)
{
    static const char *const bad[] = {
        "",
        "2026",
        "2026-01-01",
        "2026-01-01T00:00:00",
        "2026-01-01 00:00:00Z",
        "2026-1-01T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z",
        "2026-01-01T00:00:61Z",
        "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00+1:00",
        "2026-01-01T00:00:00+24:00",
        "2026-01-01T00:00:00+0100",
        "2026-01-01T00:00:00ZZ",
        " 2026-01-01T00:00:00Z",
        "+2026-01-01T00:00:00Z",
        "2026-01-01T00:00:00,5Z",
        "2026-01-01T00:00:0\xff"
        "Z",
    };
    int64_t ms;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect_not(vault_timestamp_parse(bad[i], strlen(bad[i]), &ms), "'%s' was accepted",
                      bad[i]);
    cr_expect_not(vault_timestamp_parse("2026-01-01T00:00:00\0Z", 21, &ms));
}

Test(timestamp, examples)
{
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"1969-12-31T23:59:59.999Z", -1},
        /* RFC 3339, section 5.8, and further ones. */
        {"1985-04-12T23:20:50.52Z", 482196050520},
        {"1996-12-19T16:39:57-08:00", 851042397000},
        {"1990-12-31T23:59:60Z", 662688000000},
        {"1990-12-31T15:59:60-08:00", 662688000000},
        {"1937-01-01T12:00:27.87+00:20", -1041337172130},
        {"2024-02-29T12:00:00z", 1709208000000},
        {"2026-01-01t00:00:00.1234567890Z", 1767225600123},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ms = 0;
        cr_expect(vault_timestamp_parse(cases[i].text, strlen(cases[i].text), &ms), "%s",
                  cases[i].text);
        cr_expect_eq(ms, cases[i].ms, "%s is %" PRId64 ", not %" PRId64, cases[i].text, ms,
                     cases[i].ms);
    }
}

Test(timestamp, written_timestamps_can_be_read)
{
    for (int64_t ms = VAULT_TIMESTAMP_FIRST_MS; ms <= VAULT_TIMESTAMP_LAST_MS; ms += 86399999123) {
        char text[VAULT_TIMESTAMP_SIZE];
        int64_t read = 0;
        vault_timestamp_write(ms, text);
        cr_assert(vault_timestamp_parse(text, strlen(text), &read), "%s", text);
        cr_assert_eq(read, ms, "%s", text);
    }
}

Test(timestamp, times_before_1970_leap_days_and_times_beyond_the_years)
{
    static const struct {
        int64_t ms;
        const char *text;
    } cases[] = {
        {0, "1970-01-01T00:00:00.000Z"},
        {-1, "1969-12-31T23:59:59.999Z"},
        {-394, "1969-12-31T23:59:59.606Z"},
        {-1000, "1969-12-31T23:59:59.000Z"},
        {-1001, "1969-12-31T23:59:58.999Z"},
        {-2203891200001, "1900-02-28T23:59:59.999Z"},
        {-2203891200000, "1900-03-01T00:00:00.000Z"}, /* 1900 has no leap day. */
        {951782400000, "2000-02-29T00:00:00.000Z"},
        {4107542400000, "2100-03-01T00:00:00.000Z"},
        {VAULT_TIMESTAMP_FIRST_MS, "0000-01-01T00:00:00.000Z"},
        {VAULT_TIMESTAMP_FIRST_MS - 1, "0000-01-01T00:00:00.000Z"},
        {INT64_MIN, "0000-01-01T00:00:00.000Z"},
        {VAULT_TIMESTAMP_LAST_MS, "9999-12-31T23:59:59.999Z"},
        {VAULT_TIMESTAMP_LAST_MS + 1, "9999-12-31T23:59:59.999Z"},
        {INT64_MAX, "9999-12-31T23:59:59.999Z"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[VAULT_TIMESTAMP_SIZE];
        vault_timestamp_write(cases[i].ms, text);
        cr_expect_str_eq(text, cases[i].text, "%" PRId64 ": %s, not %s", cases[i].ms, text,
                         cases[i].text);
    }
}
