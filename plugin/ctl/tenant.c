// SPDX-License-Identifier: MIT
#include "plugin/ctl/tenant.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "plugin/base/tenant_name.h"
#include "plugin/ctl/output.h"
#include "plugin/store/tenants/folder.h"
#include "plugin/store/tenants/root.h"

enum exit_code tenant_locate(struct tenant *tenant, const char *root, struct text id)
{
    *tenant = (struct tenant){.id = id};
    if (!tenant_folder(root, id, tenant->folder, sizeof tenant->folder))
        return report(EXIT_USAGE,
                      "'%.*s' is not an organization's ID of 1 to 128 bytes, or its path is too "
                      "long",
                      (int)id.size, id.data);
    snprintf(tenant->database, sizeof tenant->database, "%s/" TENANT_DATABASE, tenant->folder);
    return EXIT_DONE;
}

/* Whether a real path is the folder of another organization, in this root or in another one. */
static bool is_of_another(const char *real, struct text id)
{
    char place[PATH_MAX];
    struct tenant_id owner;
    if (!tenant_name_read(strrchr(real, '/') + 1, &owner) ||
        text_equal(tenant_id_text(&owner), id) ||
        !tenant_folder("", tenant_id_text(&owner), place, sizeof place))
        return false;
    const size_t size = strlen(real), end = strlen(place);
    return size >= end && strcmp(real + size - end, place) == 0;
}

/* What is done to this organization would be done to that one. */
static enum exit_code refuse_link_to_another(const struct tenant *tenant)
{
    char real[PATH_MAX];
    if (realpath(tenant->folder, real) == NULL || !is_of_another(real, tenant->id))
        return EXIT_DONE;
    return report(
        EXIT_UNUSABLE,
        "'%s' leads to '%s', the folder of another organization: remove the symbolic link",
        tenant->folder, real);
}

enum exit_code tenant_find(struct tenant *tenant, const char *root, struct text id)
{
    struct stat found;
    gql_failure failure = {.struct_size = sizeof failure};
    const enum exit_code code = tenant_locate(tenant, root, id);
    if (code != EXIT_DONE)
        return code;
    if (root_check(root, &failure) != GQL_OK)
        return report_failure(&failure);
    if (stat(tenant->folder, &found) == 0)
        return refuse_link_to_another(tenant);
    return report(EXIT_UNUSABLE, "organization '%.*s' has no folder '%s': %s", (int)id.size,
                  id.data, tenant->folder, strerrordesc_np(errno));
}

enum exit_code tenant_make_folder(struct tenant *tenant, const char *root)
{
    if (folder_make(root, tenant->folder))
        return refuse_link_to_another(tenant);
    return report(EXIT_UNUSABLE, "'%s' can't be made: %s", tenant->folder, strerrordesc_np(errno));
}

bool tenant_is_same_folder(const char *one, const char *other)
{
    struct stat a, b;
    return stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

bool tenant_has_database(const struct tenant *tenant)
{
    struct stat found;
    return stat(tenant->database, &found) == 0;
}

const char *tenant_state_name(const struct tenant *tenant, enum lease_state state)
{
    return lease_name(state, tenant_has_database(tenant));
}

const char *tenant_state_meaning(const char *state)
{
    if (strcmp(state, "erased") == 0)
        return "nothing is found, and nothing can be created";
    return strcmp(state, "suspended") == 0 ? "changes are rejected" : "served";
}

enum exit_code tenant_refuse_file(const struct options *options)
{
    return report(
        EXIT_USAGE,
        "'%s' is a file that organizations share: none of them can be suspended; to erase "
        "one, use `tenants erase`, and `stats` to list them",
        options->database);
}
