// SPDX-License-Identifier: MIT
/* The commands of integrationsctl and their options. */
#ifndef PLUGIN_CTL_COMMANDS_H
#define PLUGIN_CTL_COMMANDS_H

#include <stdbool.h>

#include "vault/tool/report.h"

/* X(member, option, is_flag) */
#define OPTIONS(X)                         \
    X(database, "database", false)         \
    X(root, "root", false)                 \
    X(organization, "organization", false) \
    X(to, "to", false)                     \
    X(from, "from", false)                 \
    X(entity, "entity", false)             \
    X(actor, "actor", false)               \
    X(type, "type", false)                 \
    X(since, "since", false)               \
    X(within, "within", false)             \
    X(remint, "remint", false)             \
    X(keyring, "keyring", false)           \
    X(format, "format", false)             \
    X(locale, "locale", false)             \
    X(finish, "finish", true)              \
    X(follow, "follow", true) X(force, "force", true) X(json, "json", true)

enum option_number {
#define OPTION_CONSTANT(member, option, is_flag) OPTION_##member,
    OPTIONS(OPTION_CONSTANT)
#undef OPTION_CONSTANT
        OPTION_COUNT,
};

/* An option that was not given is NULL; a flag that was is "". main.c says what each needs. */
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

enum exit_code run_audit_list(const struct options *options);
enum exit_code run_audit_verify(const struct options *options);
enum exit_code run_backup(const struct options *options);
enum exit_code run_check(const struct options *options);
enum exit_code run_consumers_list(const struct options *options);
enum exit_code run_consumers_remove(const struct options *options);
enum exit_code run_deleted_list(const struct options *options);
enum exit_code run_export(const struct options *options);
enum exit_code run_import(const struct options *options);
enum exit_code run_migrate(const struct options *options);
enum exit_code run_reindex(const struct options *options);
enum exit_code run_restore(const struct options *options);
enum exit_code run_stats(const struct options *options);
enum exit_code run_tenants_erase(const struct options *options);
enum exit_code run_tenants_list(const struct options *options);
enum exit_code run_tenants_move(const struct options *options);
enum exit_code run_tenants_resume(const struct options *options);
enum exit_code run_tenants_show(const struct options *options);
enum exit_code run_tenants_suspend(const struct options *options);
enum exit_code run_tokens_expiring(const struct options *options);
enum exit_code run_undelete(const struct options *options);

#endif
