// SPDX-License-Identifier: MIT
/* An organization's files below a root. */
#ifndef PLUGIN_CTL_TENANT_H
#define PLUGIN_CTL_TENANT_H

#include <limits.h>
#include <stdbool.h>

#include "plugin/base/tenant_path.h"
#include "plugin/ctl/commands.h"
#include "plugin/store/tenants/lease.h"

struct tenant {
    struct text id; /* Borrowed. */
    char folder[PATH_MAX];
    char database[PATH_MAX + sizeof TENANT_DATABASE];
};

/* Looks at nothing. What is wrong with the ID or the path has been reported. */
enum exit_code tenant_locate(struct tenant *tenant, const char *root, struct text id);

/*
 * The same for an organization that has a folder. One without has been reported, and so has one
 * whose folder is a link to that of another organization.
 */
enum exit_code tenant_find(struct tenant *tenant, const char *root, struct text id);

/* Makes its folder, and the one that holds it. What is wrong has been reported, as above. */
enum exit_code tenant_make_folder(struct tenant *tenant, const char *root);

/* Whether both are there, and the same. */
bool tenant_is_same_folder(const char *one, const char *other);

/* Whether it has a database. */
bool tenant_has_database(const struct tenant *tenant);

/* How its state is shown: as in the lease; `moved` if it is moving, and has no database. */
const char *tenant_state_name(const struct tenant *tenant, enum lease_state state);

/* What it means, of those that need no look at files: active, suspended, erased. */
const char *tenant_state_meaning(const char *state);

/* Refuses a command that is given --database with a file, where organizations have no states. */
enum exit_code tenant_refuse_file(const struct options *options);

#endif
