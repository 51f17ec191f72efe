// SPDX-License-Identifier: MIT
/* The commands tenants list, show and suspend on a server. */
#include <stdio.h>

#include "plugin/ctl/output.h"
#include "plugin/ctl/server_commands.h"
#include "plugin/ctl/server_organizations.h"
#include "plugin/ctl/tenant.h"
#include "plugin/store/postgres/maintenance/server_suspension.h"

struct tenant_view {
    const struct options *options;
    bool shows; /* One, with what its state means. */
    size_t seen;
    enum exit_code code;
};

static long long rows_of(const struct server_tenant *tenant)
{
    return (long long)(tenant->counts.active + tenant->counts.inactive);
}

static void print_one(const struct tenant_view *view, const struct server_tenant *tenant)
{
    if (view->shows)
        fputs("organization  ", stdout);
    else
        printf("%-9s  %12lld  ", tenant->state, rows_of(tenant));
    output_text(tenant->id);
    putchar('\n');
    if (view->shows)
        printf("state         %s: %s\nintegrations  %lld\n", tenant->state,
               tenant->half_erased ? "its erasure has not ended: if nobody is at it, run "
                                     "`tenants erase` again"
                                   : tenant_state_meaning(tenant->state),
               rows_of(tenant));
}

static bool take(void *user, const struct server_tenant *tenant)
{
    struct tenant_view *view = user;
    if (view->options->json != NULL)
        view->code = output_json_line(json_pack("{s:o, s:s, s:b, s:I}", "organization",
                                                output_text_value(tenant->id), "state",
                                                tenant->state, "halfErased", tenant->half_erased,
                                                "integrations", (json_int_t)rows_of(tenant)));
    else
        print_one(view, tenant);
    view->seen++;
    return view->code == EXIT_DONE;
}

static enum exit_code view_tenants(const struct options *options, struct text id)
{
    struct server_access access;
    gql_failure failure = {.struct_size = sizeof failure};
    struct tenant_view view = {.options = options, .shows = id.data != NULL};
    view.code = server_open(&access, options, false);
    if (view.code == EXIT_DONE && !view.shows && options->json == NULL)
        printf("%-9s  %12s  %s\n", "state", "integrations", "organization");
    if (view.code == EXIT_DONE && server_tenants(&access, id, take, &view, &failure) != GQL_OK)
        view.code = report_failure(&failure);
    if (view.code == EXIT_DONE && view.shows && view.seen == 0)
        view.code = report_unknown_organization(access.name, id);
    server_access_close(&access);
    return view.code;
}

enum exit_code server_tenants_list(const struct options *options)
{
    return view_tenants(options, NO_TEXT);
}

enum exit_code server_tenants_show(const struct options *options)
{
    return view_tenants(options, text_of(options->organization));
}

/* ---- Suspending ---- */

static bool note_known(void *user, const struct server_tenant *tenant)
{
    bool *known = user;
    (void)tenant;
    *known = true;
    return false;
}

static enum exit_code report_not_suspended(struct server_access *access, struct text id)
{
    bool known = false;
    gql_failure failure = {.struct_size = sizeof failure};
    if (server_tenants(access, id, note_known, &known, &failure) != GQL_OK)
        return report_failure(&failure);
    if (!known)
        return report_unknown_organization(access->name, id);
    return report(EXIT_UNUSABLE, "organization '%.*s' can't be suspended: it is erased",
                  (int)id.size, id.data);
}

enum exit_code server_tenants_suspend(const struct options *options)
{
    bool done = false;
    struct server_access access;
    gql_failure failure = {.struct_size = sizeof failure};
    const struct text id = text_of(options->organization);
    enum exit_code code = server_open(&access, options, false);
    if (code == EXIT_DONE && server_suspend(&access, id, true, &done, &failure) != GQL_OK)
        code = report_failure(&failure);
    else if (code == EXIT_DONE && !done)
        code = report_not_suspended(&access, id);
    server_access_close(&access);
    return code;
}
