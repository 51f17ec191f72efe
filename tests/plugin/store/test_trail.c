// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <sodium.h>

#include "plugin/store/trail.h"

static void expect_hash(const struct trail_hash *hash, const char *expected)
{
    char hex[2 * TRAIL_HASH_SIZE + 1];
    sodium_bin2hex(hex, sizeof hex, hash->bytes, TRAIL_HASH_SIZE);
    cr_expect_str_eq(hex, expected, "%s, not %s", hex, expected);
}

/*
 * Computed with Python: blake2b(b"integrations.so trail 1\n" + id, digest_size=32) for the start;
 * blake2b(body, digest_size=32, key=salt) for a digest; blake2b(before + sequence.to_bytes(8,
 * "big") + entity + digest, digest_size=32) for a hash.
 */
Test(trail, starts_are_those_of_the_vectors)
{
    static const struct {
        struct text id;
        const char *hash;
    } vectors[] = {
        {{"acme", 4}, "08e2dd999c31ba669ddbb1a5634d275d2c893f4a177b5b7268904e9dbba12578"},
        {{"", 0}, "4c41800cdd67453609f52257154260da1c34ab34f0d8b4874f58b8c1348e4b97"},
        {{"Z\xc3\xbcrich", 7}, "26aee0092ddde22932de4e1cd7760eacc0e972cbdb2f0140b39206b2c0dc6614"},
        {{"a\0b", 3}, "b11f1eddcbc1a3ffb5d3b8799c70f525d46da8dad59c01a32f6b3a7258cc50d6"},
    };
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        const struct trail_head head = trail_start(vectors[i].id);
        cr_expect_eq(head.length, 0);
        expect_hash(&head.hash, vectors[i].hash);
    }
}

Test(trail, events_are_chained_as_in_the_vectors)
{
    static const struct {
        struct trail_event event;
        const char *digest, *hash;
    } vectors[] = {
        {{.entity = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}},
          .salt = {16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31},
          .body = {"{\"a\":1}", 7}},
         "bd842eb90d55d4aaf421de9607d64fc7e23a8aff4068aa592a24b35e61767737",
         "7ae6d2364c883150343982ddb01c083aaa4616f6c46aae7136cda4c51b53b485"},
        {{.salt = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255},
          .body = {"", 0}},
         "3817339f6498f5acb250a48e7fefef1d0708a504fdaa29d91508fcb9a1c03fee",
         "06f77d2f0da7929c64c4efbd0ac807d51ed650607676560695a8652646a3a02e"},
        {{.entity = {{0xF0, 0xF0, 0xF0, 0xF0, 0xF0, 0xF0, 0xF0, 0xF0, 0xF0, 0xF0, 0xF0, 0xF0, 0xF0,
                      0xF0, 0xF0, 0xF0}},
          .body = {"{\"title\":\"Gr\xc3\xb6\xc3\x9f"
                   "e\"}",
                   19}},
         "8c0286195d0c4d92e0c6a9f07a53b25215547b874bb5b3c4a23e15dde27d2a96",
         "3aa4a0d893d3949b49a3648a162943e5ef409ade02efc1d1b1da75b4f606c04e"},
    };
    struct trail_head head = trail_start(TEXT("acme"));
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        struct trail_event event = vectors[i].event;
        trail_append(&head, &event);
        cr_expect_eq(event.sequence, (int64_t)i + 1);
        cr_expect_eq(head.length, event.sequence);
        expect_hash(&event.digest, vectors[i].digest);
        expect_hash(&event.hash, vectors[i].hash);
        expect_hash(&head.hash, vectors[i].hash);
    }
}

/* A sequence of more than 32 bits: 0x0102030405060708 behind zeros. */
Test(trail, a_large_sequence_is_hashed_as_a_whole)
{
    struct trail_event event = {.sequence = 0x0102030405060708};
    const struct trail_hash before = {{0}};
    memset(event.entity.bytes, 7, IDENTIFIER_SIZE);
    memset(event.digest.bytes, 9, TRAIL_HASH_SIZE);
    const struct trail_hash link = trail_link(&before, &event);
    expect_hash(&link, "3db3e754cde66200b8c46380988be0852383c02217e797798cee84c33fe37eca");
}
