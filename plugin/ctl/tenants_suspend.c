// SPDX-License-Identifier: MIT
/* The commands tenants suspend and tenants resume: what gateways heed within a second. */
#include <stdio.h>
#include <unistd.h>

#include "plugin/ctl/erase_shared.h"
#include "plugin/ctl/output.h"
#include "plugin/ctl/tenant.h"
#include "plugin/store/sqlite/maintenance/install.h"
#include "plugin/store/tenants/lease_hold.h"

typedef enum exit_code judge_fn(const struct options *options, const struct tenant *tenant,
                                const struct lease_hold *hold);

/* Of a former erasure: what comes now is another. */
static void remove_receipt(const struct tenant *tenant)
{
    char path[PATH_MAX + sizeof TENANT_RECEIPT];
    snprintf(path, sizeof path, "%s/" TENANT_RECEIPT, tenant->folder);
    unlink(path);
}

static enum exit_code set_state(const struct options *options, enum lease_state state,
                                judge_fn *judge)
{
    struct tenant tenant;
    struct lease_hold hold;
    gql_failure failure = {.struct_size = sizeof failure};
    enum exit_code code = tenant_find(&tenant, options->root, text_of(options->organization));
    if (code != EXIT_DONE)
        return code;
    if (lease_hold_begin(&hold, tenant.folder, &failure) != GQL_OK)
        return report_failure(&failure);
    code = judge(options, &tenant, &hold);
    if (code == EXIT_DONE && lease_hold_write(&hold, state, &failure) != GQL_OK)
        code = report_failure(&failure);
    if (code == EXIT_DONE)
        remove_receipt(&tenant);
    lease_hold_end(&hold);
    return code;
}

static enum exit_code may_suspend(const struct options *options, const struct tenant *tenant,
                                  const struct lease_hold *hold)
{
    (void)options;
    if (!lease_closes(hold->state))
        return EXIT_DONE;
    return report(EXIT_UNUSABLE, "organization '%.*s' can't be suspended: it is %s",
                  (int)tenant->id.size, tenant->id.data, tenant_state_name(tenant, hold->state));
}

/* One that a tool left in the middle is served again only if its database is whole. */
static enum exit_code may_resume(const struct options *options, const struct tenant *tenant,
                                 const struct lease_hold *hold)
{
    const int size = (int)tenant->id.size;
    if (hold->state == LEASE_ERASED && options->force == NULL)
        return report(EXIT_UNUSABLE,
                      "organization '%.*s' was erased, as its tombstone says; with --force it can "
                      "begin anew",
                      size, tenant->id.data);
    if (database_is_half_installed(tenant->database))
        return report(EXIT_UNUSABLE,
                      "a restore of organization '%.*s' was ended in the middle; run it again",
                      size, tenant->id.data);
    if (hold->state == LEASE_MOVING && !tenant_has_database(tenant) && options->force == NULL)
        return report(EXIT_UNUSABLE,
                      "organization '%.*s' has no database here: it was moved, or is missing; with "
                      "--force it can begin anew",
                      size, tenant->id.data);
    return EXIT_DONE;
}

enum exit_code run_tenants_suspend(const struct options *options)
{
    return options->root == NULL ? tenant_refuse_file(options)
                                 : set_state(options, LEASE_SUSPENDED, may_suspend);
}

enum exit_code run_tenants_resume(const struct options *options)
{
    return options->database != NULL ? resume_shared(options)
                                     : set_state(options, LEASE_ACTIVE, may_resume);
}
