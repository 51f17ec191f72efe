// SPDX-License-Identifier: MIT
/* Signs as minisign does, and wrongly where a test wants that. */
#ifndef GQL_TESTS_SIGNER_H
#define GQL_TESTS_SIGNER_H

#include <stdbool.h>
#include <stddef.h>

struct signer {
    unsigned char id[8];
    unsigned char public_key[32];
    unsigned char secret_key[64];
};

/* Of the same number always the same. */
struct signer signer_make(unsigned char number);

/* The second line of a file with its public key. */
void signer_print_key(const struct signer *signer, char text[64]);

/* The text of a signature. The caller frees it. */
char *signer_sign(const struct signer *signer, bool prehashed, const void *bytes, size_t size,
                  const char *comment);

#endif
