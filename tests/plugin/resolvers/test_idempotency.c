// SPDX-License-Identifier: MIT
/* The hashes of an idempotency key: gateways of all versions share what they are kept by. */
#include <criterion/criterion.h>
#include <sodium.h>

#include "plugin/resolvers/idempotency.h"

static struct store_key hash(struct text actor, struct text key, struct text name,
                             struct text title, struct text token)
{
    struct store_key hashes;
    const gql_request request = {.actor_id = actor.data,
                                 .actor_id_size = actor.size,
                                 .idempotency_key = key.data,
                                 .idempotency_key_size = key.size};
    const struct operation operation = {.request = &request, .response_name = name};
    idempotency_hash(&operation, title, token, &hashes);
    return hashes;
}

static void expect_hex(const uint8_t bytes[STORE_HASH_SIZE], const char *expected)
{
    char hex[2 * STORE_HASH_SIZE + 1];
    cr_expect_str_eq(sodium_bin2hex(hex, sizeof hex, bytes, STORE_HASH_SIZE), expected);
}

/* A gateway of another version would not find the key. Computed with Python's hashlib, too. */
Test(idempotency, the_hashes_stay)
{
    struct store_key hashes = hash(TEXT("ann"), TEXT("k1"), TEXT("integrationCreate"), TEXT("x"),
                                   NO_TEXT);
    expect_hex(hashes.scope, "288095636fcb97fdb48cbd70268de1f1551c0f1587e8e070a0411c714bded6b3");
    expect_hex(hashes.input, "e95c0914bf268a1923d81b128d8fd7807639f723645bdb72833e9359add239da");
    hashes = hash(TEXT("ann"), TEXT("k1"), NO_TEXT, TEXT("x"), TEXT("token"));
    expect_hex(hashes.scope, "61d38e29489df6f71227a411f34eacc66a7fcdda8177392f0e17ea2b7a35fdc1");
    expect_hex(hashes.input, "a1e7fa9d3e02c8c9e2baeee97be79c3dc03efb5d9d251a0b5533f3086ba077b4");
}

/* Texts that are the same behind one another, and members that change places. */
Test(idempotency, what_differs_has_other_hashes)
{
    const struct {
        struct text actor, key, name, title, token;
    } inputs[] = {
        {TEXT("ab"), TEXT("c"), TEXT("n"), TEXT("t"), NO_TEXT},
        {TEXT("a"), TEXT("bc"), TEXT("n"), TEXT("t"), NO_TEXT},
        {TEXT("ab"), TEXT("cn"), NO_TEXT, TEXT("t"), NO_TEXT},
        {TEXT("ab"), TEXT("c"), TEXT("n"), TEXT("t"), TEXT("t")},
        {TEXT("ab"), TEXT("c"), TEXT("n"), TEXT("tcredentialRef"), NO_TEXT},
        {TEXT("ab"), TEXT("c"), TEXT("n"), TEXT("t"), TEXT("")},
        {TEXT("a\0b"), TEXT("c"), TEXT("n"), TEXT("t"), NO_TEXT},
    };
    enum { COUNT = sizeof inputs / sizeof *inputs };
    struct store_key hashes[COUNT];
    for (int i = 0; i < COUNT; i++) {
        hashes[i] = hash(inputs[i].actor, inputs[i].key, inputs[i].name, inputs[i].title,
                         inputs[i].token);
        for (int j = 0; j < i; j++)
            cr_expect_neq(memcmp(&hashes[i], &hashes[j], sizeof *hashes), 0, "%d and %d", i, j);
    }
    /* Another token is other input in the same scope. */
    cr_expect_arr_eq(hashes[0].scope, hashes[3].scope, STORE_HASH_SIZE);
    cr_expect_neq(memcmp(hashes[0].input, hashes[3].input, STORE_HASH_SIZE), 0);
}

/* So that what was created can't be guessed from what is kept. */
Test(idempotency, the_hash_of_the_input_depends_on_the_key)
{
    const struct store_key one = hash(TEXT("ann"), TEXT("k1"), NO_TEXT, TEXT("x"), NO_TEXT),
                           two = hash(TEXT("ann"), TEXT("k2"), NO_TEXT, TEXT("x"), NO_TEXT);
    cr_expect_neq(memcmp(one.input, two.input, STORE_HASH_SIZE), 0);
}
