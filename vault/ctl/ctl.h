// SPDX-License-Identifier: MIT
/* What the commands of vaultctl share. */
#ifndef VAULT_CTL_H
#define VAULT_CTL_H

#include <stdbool.h>
#include <stdint.h>

#include "vault/keyring.h"
#include "vault/secret.h"

enum exit_code {
    EXIT_DONE = 0,
    EXIT_REFUSED = 1, /* verify: the token is refused. */
    EXIT_USAGE = 2,
    EXIT_TROUBLE = 3, /* A file, a key or a passphrase can't be used. */
};

/* X(member, option) */
#define OPTIONS(X)        \
    X(keyring, "keyring") \
    X(secret, "secret")   \
    X(aud, "aud") X(sub, "sub") X(exp, "exp") X(nbf, "nbf") X(iss, "iss") X(jti, "jti")

/* NULL: not given. */
struct options {
#define OPTION_MEMBER(member, option) const char *member;
    OPTIONS(OPTION_MEMBER)
#undef OPTION_MEMBER
    const char *operand; /* What follows the options. */
};

enum exit_code run_keygen(const struct options *options);
enum exit_code run_issue(const struct options *options);
enum exit_code run_verify(const struct options *options);
enum exit_code run_inspect(const struct options *options);
enum exit_code run_list(const struct options *options);
enum exit_code run_retire(const struct options *options);
enum exit_code run_revoke(const struct options *options);
enum exit_code run_revoke_token(const struct options *options);

/* Writes `vaultctl: …` to the standard error and returns `code`. */
__attribute__((format(printf, 2, 3))) enum exit_code complain(enum exit_code code,
                                                              const char *format, ...);

/*
 * The passphrase from the file that VAULT_PASSPHRASE_FILE names (without a line break at its end),
 * from VAULT_PASSPHRASE, or from the terminal, without echo; `twice` to be sure of a new one.
 */
bool read_passphrase(bool twice, struct vault_secret *ret_passphrase,
                     struct vault_failure *failure);

/* The token itself, or what the standard input holds for "-", without white space at its end. */
bool read_token(const char *operand, char *room, size_t capacity, size_t *ret_size,
                struct vault_failure *failure);

int64_t now_ms(void);

/* "+30d" (s, m, h, d, w), or a timestamp of RFC 3339. */
bool parse_time(const char *text, int64_t now, int64_t *ret_ms);

#endif
