// SPDX-License-Identifier: MIT
/* How a command ends: its exit code, and what it tells the operator. */
#ifndef VAULT_CTL_REPORT_H
#define VAULT_CTL_REPORT_H

enum exit_code {
    EXIT_DONE = 0,
    EXIT_REJECTED = 1, /* verify, inspect: the token is rejected. */
    EXIT_USAGE = 2,
    EXIT_UNUSABLE = 3, /* A file, a key or a passphrase can't be used, or memory ran out. */
};

/*
 * Writes `vaultctl: …` to standard error, on one line that a terminal prints as it is, and returns
 * `code`.
 */
__attribute__((format(printf, 2, 3))) enum exit_code report(enum exit_code code, const char *format,
                                                            ...);

/* Warns if others than the owner can read or change the file at `path`, which holds a secret. */
void warn_if_shared(const char *path);

#endif
