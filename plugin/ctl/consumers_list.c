// SPDX-License-Identifier: MIT
/* The command consumers list. */
#include <stdio.h>

#include "plugin/ctl/organizations.h"
#include "plugin/ctl/output.h"
#include "plugin/store/sqlite/consumer_rows.h"
#include "plugin/store/sqlite/maintenance/consumers.h"
#include "vault/timestamp.h"
#include "vault/tool/clock.h"

struct listing {
    const struct target *target;
    struct text organization_id;
    bool *has_heading;
    enum exit_code code;
};

static void print_heading(const struct listing *listing)
{
    if (!*listing->has_heading)
        printf("%10s  %10s  %-24s  consumer  organization\n", "position", "behind", "leased until");
    *listing->has_heading = true;
}

static void print(const struct listing *listing, const struct database_consumer *consumer,
                  const char *until)
{
    print_heading(listing);
    printf("%10lld  %10lld  %-24s  ", (long long)consumer->position, (long long)consumer->behind,
           until);
    output_text(consumer->name);
    fputs("  ", stdout);
    output_text(listing->organization_id);
    putchar('\n');
}

static bool take(void *user, const struct database_consumer *consumer)
{
    struct listing *listing = user;
    char until[VAULT_TIMESTAMP_SIZE] = "-";
    const bool is_leased = consumer_lease_holds(consumer->lease_until, clock_now());
    if (is_leased)
        vault_timestamp_write(consumer->lease_until, until);
    if (listing->target->options->json != NULL)
        listing->code = output_json_line(json_pack("{s:o, s:o, s:I, s:I, s:s?}", "organization",
                                                   output_text_value(listing->organization_id),
                                                   "consumer", output_text_value(consumer->name),
                                                   "position", (json_int_t)consumer->position,
                                                   "behind", (json_int_t)consumer->behind,
                                                   "leasedUntil", is_leased ? until : NULL));
    else
        print(listing, consumer, until);
    return listing->code == EXIT_DONE;
}

static enum exit_code list(struct database_access *access, const struct target *target,
                           struct text id, void *user)
{
    struct listing listing = {.target = target, .organization_id = id, .has_heading = user};
    gql_failure failure = {.struct_size = sizeof failure};
    int32_t code = database_access_begin(access, STATEMENT_BEGIN_READ, &failure);
    if (code == GQL_OK)
        code = database_consumers_of(access, id, take, &listing, &failure);
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
