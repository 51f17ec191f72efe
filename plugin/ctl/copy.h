// SPDX-License-Identifier: MIT
/* A copy of a database, checked, beside the path that it is for. What backup and restore share. */
#ifndef PLUGIN_CTL_COPY_H
#define PLUGIN_CTL_COPY_H

#include <limits.h>
#include <sys/stat.h>

#include "plugin/base/limits.h"
#include "plugin/base/tenant_name.h"
#include "plugin/ctl/targets.h"
#include "vault/file_lock.h"

struct copy {
    char path[PATH_MAX];         /* What the path that it is for leads to. */
    char made[PATH_MAX + 8];     /* The copy: another file in the same folder. */
    struct stat file;            /* What was made. */
    struct vault_file_lock lock; /* On `path`: of two tools, the second waits. */
    struct tenant_id owner;      /* Of the database; of size 0: none. */
    long long integrations;
    long long bytes;
};

/*
 * Locks the path `to`, whose folder must exist, and copies the target's database beside it. The
 * exit code of what went wrong has been reported. End it in any case.
 */
enum exit_code copy_make(struct copy *copy, const struct target *from, const char *to);

/*
 * Puts the copy in the place of a database that nobody uses, as database_install, which says what
 * *ret_kept is.
 */
enum exit_code copy_install(struct copy *copy, char ret_kept[PATH_MAX]);

/* Removes the copy if it is still there, and unlocks the path. */
void copy_end(struct copy *copy);

#endif
