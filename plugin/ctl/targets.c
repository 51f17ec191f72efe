// SPDX-License-Identifier: MIT
#include "plugin/ctl/targets.h"

#include <errno.h>
#include <string.h>

#include "plugin/ctl/output.h"
#include "plugin/ctl/tenant.h"
#include "plugin/ctl/tenant_list.h"
#include "plugin/store/sqlite/maintenance/install.h"
#include "plugin/store/tenants/lease_hold.h"

static enum exit_code worse(enum exit_code a, enum exit_code b)
{
    return a > b ? a : b;
}

static enum exit_code refuse_state(const struct tenant *tenant, enum lease_state state)
{
    const struct text id = tenant->id;
    const int size = (int)id.size;
    if (state == LEASE_ERASED)
        return report(EXIT_UNUSABLE, "organization '%.*s' was erased", size, id.data);
    if (!tenant_has_database(tenant))
        return report(EXIT_UNUSABLE, "organization '%.*s' was moved to another root", size,
                      id.data);
    return report(EXIT_UNUSABLE,
                  "organization '%.*s' is being moved, restored or reindexed; try again when that "
                  "is done, or run the command again that was interrupted",
                  size, id.data);
}

/* It is not here any more, and nothing is wrong with that. */
static bool is_gone(const struct tenant *tenant, enum lease_state state)
{
    return state == LEASE_ERASED || (state == LEASE_MOVING && !tenant_has_database(tenant));
}

typedef enum exit_code with_lease_fn(const struct target *target, const struct tenant *tenant,
                                     bool is_named, target_fn *run, void *user);

/* With the lease, if there is one. */
static enum exit_code run_leased(const struct target *target, const struct tenant *tenant,
                                 bool is_named, target_fn *run, void *user)
{
    struct lease lease = {.file = -1};
    const int error = lease_take(&lease, tenant->folder, false, 0);
    if (error != 0 && error != ENOENT)
        return report(EXIT_UNUSABLE, "'%s/" TENANT_LEASE "' can't be used: %s", tenant->folder,
                      strerrordesc_np(error));
    if (error == 0 && lease_closes(lease.state))
        return is_gone(tenant, lease.state) && !is_named ? EXIT_DONE
                                                         : refuse_state(tenant, lease.state);
    const enum exit_code code = run(target, user);
    lease_give(&lease);
    return code;
}

static enum exit_code run_held(const struct target *target, const struct tenant *tenant,
                               struct lease_hold *hold, target_fn *run, void *user)
{
    gql_failure failure = {.struct_size = sizeof failure};
    if (hold->state == LEASE_ERASED || !tenant_has_database(tenant) || hold->move[0] != '\0' ||
        database_is_half_installed(tenant->database))
        return refuse_state(tenant, hold->state);
    if (lease_hold_close_database(hold, LEASE_MOVING, "", &failure) != GQL_OK)
        return report_failure(&failure);
    const enum exit_code code = run(target, user);
    return lease_hold_write(hold, hold->former, &failure) == GQL_OK ? code
                                                                    : report_failure(&failure);
}

static enum exit_code run_closed(const struct target *target, const struct tenant *tenant,
                                 bool is_named, target_fn *run, void *user)
{
    struct lease_hold hold;
    gql_failure failure = {.struct_size = sizeof failure};
    if (lease_hold_begin(&hold, tenant->folder, &failure) != GQL_OK)
        return report_failure(&failure);
    const enum exit_code code = is_gone(tenant, hold.state) && !is_named
                                    ? EXIT_DONE
                                    : run_held(target, tenant, &hold, run, user);
    lease_hold_end(&hold);
    return code;
}

/* What is to be done with each. */
struct visit {
    with_lease_fn *with_lease;
    target_fn *run;
    void *user;
};

static enum exit_code run_tenant(const struct options *options, struct text id,
                                 const struct visit *visit)
{
    struct tenant tenant;
    const bool is_named = options->organization != NULL;
    const enum exit_code code = is_named ? tenant_find(&tenant, options->root, id)
                                         : tenant_locate(&tenant, options->root, id);
    if (code != EXIT_DONE)
        return code;
    const struct target target = {tenant.database, id, options};
    return visit->with_lease(&target, &tenant, is_named, visit->run, visit->user);
}

static enum exit_code run_all(const struct options *options, const struct visit *visit)
{
    struct tenant_list list;
    gql_failure failure = {.struct_size = sizeof failure};
    enum exit_code code = EXIT_DONE;
    if (tenant_list_read(&list, options->root, &failure) != GQL_OK)
        return report_failure(&failure);
    for (size_t i = 0; i < list.count; i++)
        code = worse(code, run_tenant(options, tenant_id_text(&list.items[i]), visit));
    tenant_list_finish(&list);
    return code;
}

static enum exit_code run_below_root(const struct options *options, const struct visit *visit)
{
    const struct text id = text_of(options->organization);
    return id.data == NULL ? run_all(options, visit) : run_tenant(options, id, visit);
}

enum exit_code targets_each(const struct options *options, target_fn *run, void *user)
{
    const struct visit visit = {run_leased, run, user};
    if (options->root != NULL)
        return run_below_root(options, &visit);
    return run(&(const struct target){options->database, text_of(options->organization), options},
               user);
}

enum exit_code targets_each_closed(const struct options *options, target_fn *run, void *user)
{
    const struct visit visit = {run_closed, run, user};
    return run_below_root(options, &visit);
}
