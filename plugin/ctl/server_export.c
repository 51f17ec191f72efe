// SPDX-License-Identifier: MIT
/* The command export on a server. */
#include "plugin/ctl/exporting.h"
#include "plugin/ctl/output.h"
#include "plugin/ctl/server_commands.h"
#include "plugin/ctl/server_organizations.h"
#include "plugin/store/postgres/maintenance/server_consumers.h"

static int32_t export_checkpoint_of(struct server_access *access, struct exporting *exporting,
                                    gql_failure *failure)
{
    struct trail_checkpoint checkpoint;
    struct trail_head head;
    const int32_t code = server_trail(access, exporting->organization_id, &checkpoint, &head,
                                      failure);
    if (code == GQL_OK)
        exporting_take_checkpoint(exporting, &checkpoint);
    return code;
}

static enum exit_code export_organization(struct server_access *access,
                                          const struct options *options, struct text id, void *user)
{
    struct exporting *exporting = user;
    gql_failure failure = {.struct_size = sizeof failure};
    (void)options;
    exporting->organization_id = id;
    int32_t code = server_begin(access, false, &failure);
    if (code == GQL_OK)
        code = server_integrations_of(access, id, exporting_take_integration, exporting, &failure);
    if (code == GQL_OK && !exporting->failed)
        code = server_deleted_of(access, id, exporting_take_deleted, exporting, &failure);
    if (code == GQL_OK && !exporting->failed)
        code = export_checkpoint_of(access, exporting, &failure);
    if (code == GQL_OK && !exporting->failed)
        code = server_events_of(access, id, NULL, exporting_take_event, exporting, &failure);
    if (code == GQL_OK && !exporting->failed)
        code = server_consumers_of(access, id, exporting_take_consumer, exporting, &failure);
    server_rollback(access);
    if (code != GQL_OK)
        return report_failure(&failure);
    return exporting->failed ? EXIT_UNUSABLE : EXIT_DONE;
}

static enum exit_code export_server(const struct options *options, struct exporting *exporting)
{
    struct server_access access;
    enum exit_code code = server_open(&access, options, false);
    if (code == EXIT_DONE)
        code = server_organizations_each(&access, options, export_organization, exporting);
    server_access_close(&access);
    return code;
}

enum exit_code server_export(const struct options *options)
{
    return exporting_run(options, export_server);
}
