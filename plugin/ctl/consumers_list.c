// SPDX-License-Identifier: MIT
/* The command consumers list. */
#include <stdio.h>

#include "plugin/ctl/consumer_listing.h"
#include "plugin/ctl/organizations.h"
#include "plugin/ctl/output.h"
#include "plugin/store/consumer_place.h"
#include "plugin/store/sqlite/maintenance/consumers.h"
#include "vault/timestamp.h"
#include "vault/tool/clock.h"

static void print_heading(const struct consumer_listing *listing)
{
    if (!*listing->has_heading)
        printf("%10s  %10s  %-24s  %7s  consumer  organization\n", "position", "behind",
               "leased until", "process");
    *listing->has_heading = true;
}

/* `until` NULL: nobody has a lease. `process` 0: it is not known. */
static void print(const struct consumer_listing *listing, const struct listed_consumer *consumer,
                  const char *until, int64_t process)
{
    char id[24] = "-";
    print_heading(listing);
    if (process != 0)
        snprintf(id, sizeof id, "%lld", (long long)process);
    printf("%10lld  %10lld  %-24s  %7s  ", (long long)consumer->position,
           (long long)consumer->behind, until == NULL ? "-" : until, id);
    output_text(consumer->name);
    fputs("  ", stdout);
    output_text(listing->organization_id);
    putchar('\n');
}

static enum exit_code print_json(const struct consumer_listing *listing,
                                 const struct listed_consumer *consumer, const char *until,
                                 int64_t process)
{
    return output_json_line(json_pack("{s:o, s:o, s:I, s:I, s:s?, s:o}", "organization",
                                      output_text_value(listing->organization_id), "consumer",
                                      output_text_value(consumer->name), "position",
                                      (json_int_t)consumer->position, "behind",
                                      (json_int_t)consumer->behind, "leasedUntil", until, "process",
                                      process == 0 ? json_null() : json_integer(process)));
}

bool consumer_listing_take(void *user, const struct listed_consumer *consumer)
{
    struct consumer_listing *listing = user;
    char time[VAULT_TIMESTAMP_SIZE];
    const bool is_leased = consumer_lease_holds(consumer->lease_until, clock_now());
    const char *until = is_leased ? time : NULL;
    const int64_t process = is_leased ? consumer->process : 0;
    vault_timestamp_write(consumer->lease_until, time);
    if (listing->options->json != NULL)
        listing->code = print_json(listing, consumer, until, process);
    else
        print(listing, consumer, until, process);
    return listing->code == EXIT_DONE;
}

static enum exit_code list(struct database_access *access, const struct target *target,
                           struct text id, void *user)
{
    struct consumer_listing listing = {.options = target->options,
                                       .organization_id = id,
                                       .has_heading = user};
    gql_failure failure = {.struct_size = sizeof failure};
    int32_t code = database_access_begin(access, STATEMENT_BEGIN_READ, &failure);
    if (code == GQL_OK)
        code = database_consumers_of(access, id, consumer_listing_take, &listing, &failure);
    database_access_rollback(access);
    return code == GQL_OK ? listing.code : report_failure(&failure);
}

static enum exit_code list_all(const struct target *target, void *user)
{
    return organizations_each(target, list, user);
}

enum exit_code run_consumers_list(const struct options *options)
{
    bool has_heading = false;
    return targets_each(options, list_all, &has_heading);
}
