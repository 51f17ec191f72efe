// SPDX-License-Identifier: MIT
/* The commands of vaultctl and their options. */
#ifndef VAULT_CTL_COMMANDS_H
#define VAULT_CTL_COMMANDS_H

#include "vault/tool/report.h"

/* By how much `verify` lets clocks differ: the gateway's default. */
#define VERIFY_LEEWAY_SECONDS 60

/* X(member, option, whether it is a flag) */
#define OPTIONS(X)               \
    X(keyring, "keyring", false) \
    X(secret, "secret", false)   \
    X(aud, "aud", false)         \
    X(sub, "sub", false)         \
    X(exp, "exp", false)         \
    X(nbf, "nbf", false)         \
    X(iss, "iss", false)         \
    X(jti, "jti", false)         \
    X(reason, "reason", false)   \
    X(yes, "yes", true)          \
    X(json, "json", true)

enum option_number {
#define OPTION_CONSTANT(member, option, is_flag) OPTION_##member,
    OPTIONS(OPTION_CONSTANT)
#undef OPTION_CONSTANT
        OPTION_COUNT,
};

/* An option that was not given is NULL. Each command has got what it needs (main.c). */
struct options {
    union {
        struct {
#define OPTION_MEMBER(member, option, is_flag) const char *member;
            OPTIONS(OPTION_MEMBER)
#undef OPTION_MEMBER
        };
        const char *values[OPTION_COUNT];
    };
    const char *operand; /* The argument after the options. */
};

enum exit_code run_keygen(const struct options *options);
enum exit_code run_issue(const struct options *options);
enum exit_code run_verify(const struct options *options);
enum exit_code run_inspect(const struct options *options);
enum exit_code run_list(const struct options *options);
enum exit_code run_retire(const struct options *options);
enum exit_code run_revoke(const struct options *options);
enum exit_code run_revoke_token(const struct options *options);
enum exit_code run_unrevoke(const struct options *options);
enum exit_code run_rewrap(const struct options *options);

#endif
