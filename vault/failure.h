// SPDX-License-Identifier: MIT
/* Why a file, a key or a passphrase can't be used, for an operator. */
#ifndef VAULT_FAILURE_H
#define VAULT_FAILURE_H

#include <stdbool.h>

/* The cause and, where there is one, the cure. NUL-terminated; longer messages are cut off. */
struct vault_failure {
    char message[512];
};

/* Writes the message and returns false, for `return vault_fail(failure, …)`. */
__attribute__((format(printf, 2, 3))) bool vault_fail(struct vault_failure *failure,
                                                      const char *format, ...);

#endif
