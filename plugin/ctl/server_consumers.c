// SPDX-License-Identifier: MIT
/* The commands consumers list and consumers remove on a server. */
#include "plugin/store/postgres/maintenance/server_consumers.h"
#include "plugin/ctl/consumer_listing.h"
#include "plugin/ctl/consumer_removing.h"
#include "plugin/ctl/output.h"
#include "plugin/ctl/server_commands.h"
#include "plugin/ctl/server_organizations.h"
#include "plugin/store/consumer_place.h"
#include "vault/tool/clock.h"

static enum exit_code list(struct server_access *access, const struct options *options,
                           struct text id, void *user)
{
    struct consumer_listing listing = {.options = options,
                                       .organization_id = id,
                                       .has_heading = user};
    gql_failure failure = {.struct_size = sizeof failure};
    return server_consumers_of(access, id, consumer_listing_take, &listing, &failure) == GQL_OK
               ? listing.code
               : report_failure(&failure);
}

enum exit_code server_consumers_list(const struct options *options)
{
    struct server_access access;
    bool has_heading = false;
    enum exit_code code = server_open(&access, options, false);
    if (code == EXIT_DONE)
        code = server_organizations_each(&access, options, list, &has_heading);
    server_access_close(&access);
    return code;
}

/* Somebody holds a lease of the consumer: nothing is removed then. */
struct lease_search {
    const struct consumer_removal *removal;
    struct text organization_id;
    int32_t code;
    gql_failure failure;
};

static bool take_lease(void *user, const struct listed_consumer *consumer)
{
    struct lease_search *search = user;
    if (text_equal(consumer->name, search->removal->name) &&
        consumer_lease_holds(consumer->lease_until, search->removal->now))
        search->code = consumer_removal_refuse(consumer, search->organization_id, &search->failure);
    return search->code == GQL_OK;
}

static enum exit_code check_leases(struct server_access *access, const struct options *options,
                                   struct text id, void *user)
{
    struct lease_search search = {.removal = user,
                                  .organization_id = id,
                                  .failure.struct_size = sizeof search.failure};
    (void)options;
    if (server_consumers_of(access, id, take_lease, &search, &search.failure) != GQL_OK)
        search.code = GQL_E_UNAVAILABLE;
    return search.code == GQL_OK ? EXIT_DONE : report_failure(&search.failure);
}

static enum exit_code remove_from(struct server_access *access, const struct options *options,
                                  struct text id, void *user)
{
    gql_failure failure = {.struct_size = sizeof failure};
    (void)options;
    return server_consumer_remove(access, id, user, &failure) == GQL_OK ? EXIT_DONE
                                                                        : report_failure(&failure);
}

enum exit_code server_consumers_remove(const struct options *options)
{
    struct server_access access;
    struct consumer_removal removal = {.name = text_of(options->operand),
                                       .now = clock_now(),
                                       .is_forced = options->force != NULL};
    enum exit_code code = server_open(&access, options, false);
    if (code == EXIT_DONE)
        code = removal.is_forced
                   ? EXIT_DONE
                   : server_organizations_each(&access, options, check_leases, &removal);
    if (code == EXIT_DONE)
        code = server_organizations_each(&access, options, remove_from, &removal);
    if (code == EXIT_DONE && removal.removed > 0)
        code = consumer_removal_print(options, access.name, &removal);
    server_access_close(&access);
    return consumer_removal_conclude(options, code, removal.removed > 0);
}
