// SPDX-License-Identifier: MIT
#include "plugin/ctl/server_organizations.h"

#include "plugin/ctl/output.h"

enum exit_code server_open(struct server_access *access, const struct options *options,
                           bool migrates)
{
    gql_failure failure = {.struct_size = sizeof failure};
    return server_access_open(access, options->database, options->locale, migrates, &failure) ==
                   GQL_OK
               ? EXIT_DONE
               : report_failure(&failure);
}

struct selection {
    struct tenant_list list;
    struct text wanted; /* No text: all. */
};

static bool take(void *user, struct text id, const struct store_counts *counts,
                 const struct trail_head *head)
{
    struct selection *selection = user;
    (void)counts, (void)head;
    return (selection->wanted.data != NULL && !text_equal(selection->wanted, id)) ||
           tenant_list_append(&selection->list, id);
}

enum exit_code server_organizations_each(struct server_access *access,
                                         const struct options *options,
                                         server_organization_run_fn *run, void *user)
{
    struct selection selection = {.wanted = text_of(options->organization)};
    gql_failure failure = {.struct_size = sizeof failure};
    enum exit_code worst = EXIT_DONE;
    if (server_organizations(access, take, &selection, &failure) != GQL_OK)
        worst = report_failure(&failure);
    else if (selection.wanted.data != NULL && selection.list.count == 0)
        worst = report_unknown_organization(access->name, selection.wanted);
    for (size_t i = 0; i < selection.list.count; i++) {
        const struct text id = tenant_id_text(&selection.list.items[i]);
        const enum exit_code code = run(access, options, id, user);
        worst = code > worst ? code : worst;
    }
    tenant_list_finish(&selection.list);
    return worst;
}
