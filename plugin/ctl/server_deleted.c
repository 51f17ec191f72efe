// SPDX-License-Identifier: MIT
/* The commands deleted list and undelete on a server. */
#include "plugin/ctl/deleted_listing.h"
#include "plugin/ctl/output.h"
#include "plugin/ctl/server_commands.h"
#include "plugin/ctl/server_organizations.h"
#include "plugin/ctl/undeleting.h"
#include "plugin/store/postgres/maintenance/server_rows.h"
#include "plugin/store/postgres/maintenance/server_undelete.h"

/* ---- deleted list ---- */

struct listing {
    struct server_access *access;
    const struct options *options;
    enum exit_code code;
};

static bool take_deleted(void *user, const struct deleted_integration *deleted)
{
    struct listing *listing = user;
    struct deletion deletion = {.is_known = false};
    gql_failure failure = {.struct_size = sizeof failure};
    const int32_t code = server_events_of(listing->access, deleted->integration.organization_id,
                                          &deleted->integration.id, deletion_take_event, &deletion,
                                          &failure);
    listing->code = code == GQL_OK ? deletion_print(listing->options, deleted, &deletion)
                                   : report_failure(&failure);
    return listing->code == EXIT_DONE;
}

static enum exit_code list(struct server_access *access, const struct options *options,
                           struct text id, void *user)
{
    struct listing listing = {.access = access, .options = options};
    gql_failure failure = {.struct_size = sizeof failure};
    (void)user;
    int32_t code = server_begin(access, false, &failure);
    if (code == GQL_OK)
        code = server_deleted_of(access, id, take_deleted, &listing, &failure);
    server_rollback(access);
    return code == GQL_OK ? listing.code : report_failure(&failure);
}

enum exit_code server_deleted_list(const struct options *options)
{
    struct server_access access;
    enum exit_code code = server_open(&access, options, false);
    if (code == EXIT_DONE)
        code = server_organizations_each(&access, options, list, NULL);
    server_access_close(&access);
    return code;
}

/* ---- undelete ---- */

static enum exit_code undelete(const struct options *options, struct undeleting *undeleting)
{
    struct server_access access;
    gql_failure failure = {.struct_size = sizeof failure};
    enum exit_code code = server_open(&access, options, false);
    if (code == EXIT_DONE) {
        struct undeletion undeletion = undeleting_begin(undeleting, text_of(options->organization));
        const int32_t end = server_undelete(&access, &undeletion, &failure);
        code = undeleting_end(undeleting, access.name, &undeletion, end, &failure);
    }
    server_access_close(&access);
    return code;
}

enum exit_code server_undelete_command(const struct options *options)
{
    return undeleting_run(options, undelete);
}
