// SPDX-License-Identifier: MIT
/* Why a file, a key or a passphrase can't be used, for an operator. */
#ifndef VAULT_FAILURE_H
#define VAULT_FAILURE_H

#include <stdbool.h>

struct vault_failure {
    /* Memory or another resource ran out, or a device failed: the same may succeed later. */
    bool temporary;
    /* The cause and, where there is one, the cure: one line, as vault_line_format makes it. */
    char message[512];
};

/* These write the message and return false, for `return vault_fail(failure, …)`. */
__attribute__((format(printf, 2, 3))) bool vault_fail(struct vault_failure *failure,
                                                      const char *format, ...);
__attribute__((format(printf, 2, 3))) bool vault_fail_for_now(struct vault_failure *failure,
                                                              const char *format, ...);
bool vault_fail_no_memory(struct vault_failure *failure);

/* As `why`, about the file at `path`. */
bool vault_fail_at(struct vault_failure *failure, const char *path,
                   const struct vault_failure *why);

#endif
