// SPDX-License-Identifier: MIT
#include "tests/vault/signer.h"

#include "vault/token_summary.h"

static const char *text_of(struct vault_bytes bytes)
{
    static char text[4][600];
    static int next;
    char *const room = text[next++ % 4];
    if (bytes.data == NULL)
        return "(none)";
    memcpy(room, bytes.data, bytes.size);
    room[bytes.size] = '\0';
    return room;
}

Test(token_summary, tells_what_is_listed)
{
    static const struct {
        const char *claims, *subject, *token_id;
        int64_t expires;
    } cases[] = {
        {"{\"sub\":\"kv/a\",\"aud\":\"acme\",\"jti\":\"t1\",\"exp\":\"2027-01-15T08:00:00Z\"}",
         "kv/a", "t1", 1800000000000},
        {"{\"sub\":\"kv/a\",\"aud\":\"acme\"}", "kv/a", "(none)", INT64_MAX},
        {"{\"sub\":7,\"jti\":[],\"exp\":1800000000}", "(none)", "(none)", INT64_MAX},
        {"{\"sub\":\"\\ud800\",\"exp\":\"soon\"}", "(none)", "(none)", INT64_MAX},
        {"[]", "(none)", "(none)", INT64_MAX},
        {"not JSON", "(none)", "(none)", INT64_MAX},
    };
    const struct signer signer = signer_make();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct vault_token_summary summary;
        const char *token = signer_token(&signer, cases[i].claims, "{\"kid\":\"k4.pid.x\"}");
        cr_assert(vault_token_summary_init(&summary, token, strlen(token)));
        cr_expect_str_eq(text_of(summary.subject), cases[i].subject, "%s", cases[i].claims);
        cr_expect_str_eq(text_of(summary.token_id), cases[i].token_id, "%s", cases[i].claims);
        cr_expect_str_eq(text_of(summary.key_id), "k4.pid.x");
        cr_expect_eq(summary.expires, cases[i].expires, "%s: %lld", cases[i].claims,
                     (long long)summary.expires);
        vault_token_summary_finish(&summary);
    }
}

/* Computed with Python: hashlib.blake2b(text, digest_size=16). */
Test(token_summary, of_a_text_that_is_no_token_tells_the_fingerprint)
{
    static const struct {
        const char *text, *fingerprint;
    } cases[] = {
        {"x", "442a44457137672b3218c1007dc8f76a"},
        {"v4.public.", "bee270b89b06bda53e7fc198238ee306"},
        {"v3.public.AAAA", "2261102350649d1e18464901287731fd"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct vault_token_summary summary;
        cr_assert(vault_token_summary_init(&summary, cases[i].text, strlen(cases[i].text)));
        cr_expect_str_eq(summary.fingerprint, cases[i].fingerprint);
        cr_expect_null(summary.subject.data);
        cr_expect_null(summary.key_id.data);
        cr_expect_eq(summary.expires, INT64_MAX);
        vault_token_summary_finish(&summary);
    }
}
