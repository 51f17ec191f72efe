// SPDX-License-Identifier: MIT
#include "plugin/ctl/organizations.h"

#include "plugin/ctl/output.h"
#include "plugin/ctl/tenant_list.h"
#include "plugin/store/sqlite/maintenance/facts.h"

struct selection {
    struct tenant_list list;
    struct text wanted; /* No text: all. */
};

static bool take(void *user, struct text id, const struct store_counts *counts)
{
    struct selection *selection = user;
    (void)counts;
    return (selection->wanted.data != NULL && !text_equal(selection->wanted, id)) ||
           tenant_list_append(&selection->list, id);
}

static enum exit_code run_each(struct database_access *access, const struct target *target,
                               const struct tenant_list *list, organization_fn *run, void *user)
{
    enum exit_code worst = EXIT_DONE;
    for (size_t i = 0; i < list->count; i++) {
        const enum exit_code code = run(access, target, tenant_id_text(&list->items[i]), user);
        worst = code > worst ? code : worst;
    }
    return worst;
}

/* A name that was mistyped must not look like an organization that has nothing. */
static enum exit_code refuse_unknown(const struct database_access *access,
                                     const struct selection *selection)
{
    const struct text id = selection->wanted;
    if (id.data == NULL || selection->list.count > 0 || access->owner.text.data != NULL)
        return EXIT_DONE;
    return report_unknown_organization(access->path, id);
}

enum exit_code organizations_each(const struct target *target, organization_fn *run, void *user)
{
    struct database_access access;
    struct selection selection = {.wanted = target->organization_id};
    gql_failure failure = {.struct_size = sizeof failure};
    int32_t code = database_access_open(&access, target->path, target->organization_id,
                                        CONNECTION_READER, &failure);
    if (code == GQL_OK)
        code = database_facts_organizations(&access, take, &selection, &failure);
    enum exit_code result = code == GQL_OK ? refuse_unknown(&access, &selection)
                                           : report_failure(&failure);
    if (result == EXIT_DONE)
        result = run_each(&access, target, &selection.list, run, user);
    tenant_list_finish(&selection.list);
    database_access_close(&access);
    return result;
}
