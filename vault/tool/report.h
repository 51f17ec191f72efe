// SPDX-License-Identifier: MIT
/* How a command of a tool ends: its exit code, and what it tells the operator. */
#ifndef VAULT_TOOL_REPORT_H
#define VAULT_TOOL_REPORT_H

enum exit_code {
    EXIT_DONE = 0,
    EXIT_FOUND = 1, /* It found what a script must know: the token is rejected, there is damage. */
    EXIT_USAGE = 2,
    EXIT_UNUSABLE = 3, /* A file, a key or a passphrase can't be used, or memory ran out. */
};

/*
 * Writes `NAME: …`, with the name of the program, to standard error, on one line that a terminal
 * prints as it is, and returns `code`.
 */
__attribute__((format(printf, 2, 3))) enum exit_code report(enum exit_code code, const char *format,
                                                            ...);

/* Warns if others than the owner can read or change the file at `path`, which holds a secret. */
void warn_if_shared(const char *path);

/* Warns if others than the owner can change the file at `path`, which gateways trust. */
void warn_if_changeable(const char *path);

#endif
