// SPDX-License-Identifier: MIT
#include "tests/abi/host/signature/signer.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct signer signer_make(unsigned char number)
{
    struct signer signer;
    unsigned char seed[crypto_sign_SEEDBYTES];
    memset(seed, number, sizeof seed);
    memset(signer.id, number, sizeof signer.id);
    crypto_sign_seed_keypair(signer.public_key, signer.secret_key, seed);
    return signer;
}

/* The base64 of the algorithm, the key's ID and more bytes. */
static void print(char *text, size_t capacity, char second, const struct signer *signer,
                  const unsigned char *more, size_t size)
{
    unsigned char bytes[2 + 8 + 64] = {'E', (unsigned char)second};
    memcpy(bytes + 2, signer->id, 8);
    memcpy(bytes + 10, more, size);
    sodium_bin2base64(text, capacity, bytes, 10 + size, sodium_base64_VARIANT_ORIGINAL);
}

void signer_print_key(const struct signer *signer, char text[64])
{
    print(text, 64, 'd', signer, signer->public_key, sizeof signer->public_key);
}

char *signer_sign(const struct signer *signer, bool prehashed, const void *bytes, size_t size,
                  const char *comment)
{
    unsigned char hash[64], signature[64], global[64];
    char first[128], second[128], *signed_text, *text;
    crypto_generichash(hash, sizeof hash, bytes, size, NULL, 0);
    crypto_sign_detached(signature, NULL, prehashed ? hash : bytes, prehashed ? sizeof hash : size,
                         signer->secret_key);
    print(first, sizeof first, prehashed ? 'D' : 'd', signer, signature, sizeof signature);
    const int comment_size = asprintf(&signed_text, "%64s%s", "", comment);
    memcpy(signed_text, signature, sizeof signature);
    crypto_sign_detached(global, NULL, (unsigned char *)signed_text,
                         (unsigned long long)comment_size, signer->secret_key);
    free(signed_text);
    sodium_bin2base64(second, sizeof second, global, sizeof global, sodium_base64_VARIANT_ORIGINAL);
    return asprintf(&text, "untrusted comment: of a test\n%s\ntrusted comment: %s\n%s\n", first,
                    comment, second) < 0
               ? NULL
               : text;
}
