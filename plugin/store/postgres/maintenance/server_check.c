// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/maintenance/server_check.h"

#include <stdarg.h>
#include <stdio.h>

#include "plugin/base/organization.h"
#include "plugin/store/postgres/place.h"

/* Rows whose order is compared at once. */
enum { TOGETHER = 500 };

struct checking {
    struct server_check *check;
    struct server_access *access;
    struct text id;
    struct store_counts rows;    /* That were counted. */
    struct wire_array ids, keys; /* That are to be compared. */
    int32_t code;
    gql_failure *failure;
};

__attribute__((format(printf, 3, 4))) static void find(struct server_check *check,
                                                       const char *which, const char *format, ...)
{
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    check->findings++;
    check->found(check->user, which, message);
}

/* ---- The order ---- */

static void begin_keys(struct checking *checking)
{
    wire_array_init(&checking->ids, WIRE_BYTEA);
    wire_array_init(&checking->keys, WIRE_BYTEA);
}

static void finish_keys(struct checking *checking)
{
    wire_array_finish(&checking->ids);
    wire_array_finish(&checking->keys);
}

static void compare_keys(struct checking *checking)
{
    TRIP_AUTO trip = {.session = &checking->access->session};
    struct wire_parameters given = {0};
    if (checking->ids.count == 0 || checking->code != GQL_OK)
        return;
    wire_give_integer(&given, (int32_t)organization_tag(checking->id));
    wire_give_array(&given, &checking->ids);
    wire_give_array(&given, &checking->keys);
    trip_add_sql(&trip,
                 "SELECT count(*) FROM unnest($2::bytea[], $3::bytea[]) AS new (id, sort_key) "
                 "JOIN integration AS i ON i.tag = $1 AND i.id = new.id "
                 "WHERE i.sort_key <> new.sort_key",
                 &given);
    checking->code = server_run(checking->access, &trip, checking->failure);
    const int64_t wrong = checking->code == GQL_OK ? wire_column_number(trip.results[0], 0, 0) : 0;
    if (wrong > 0)
        find(checking->check, "order", "organization '%.*s': %lld integrations have a wrong place",
             (int)checking->id.size, checking->id.data, (long long)wrong);
    finish_keys(checking);
    begin_keys(checking);
}

static void note_key(struct checking *checking, const struct integration *integration)
{
    SORT_KEY_AUTO key = {0};
    if (checking->check->collation == NULL)
        return;
    if (!sort_key_make(checking->check->collation, integration->title, &key))
        checking->keys.failed = true;
    wire_array_add(&checking->ids, integration->id.bytes, IDENTIFIER_SIZE);
    wire_array_add(&checking->keys, key.data, place_key_size(&key));
    if (checking->ids.count == TOGETHER)
        compare_keys(checking);
}

/* ---- Rows, counters, the trail ---- */

static bool take_row(void *user, const struct integration *integration)
{
    struct checking *checking = user;
    checking->check->rows++;
    checking->rows.active += integration->is_active;
    checking->rows.inactive += !integration->is_active;
    note_key(checking, integration);
    return checking->code == GQL_OK;
}

static bool take_counters(void *user, struct text id, const struct store_counts *counts,
                          const struct trail_head *head)
{
    struct checking *checking = user;
    (void)head;
    if (!text_equal(id, checking->id))
        return true;
    if (counts->active != checking->rows.active || counts->inactive != checking->rows.inactive)
        find(checking->check, "counters",
             "organization '%.*s' counts %lld active and %lld inactive integrations, and has %lld "
             "and %lld",
             (int)id.size, id.data, (long long)counts->active, (long long)counts->inactive,
             (long long)checking->rows.active, (long long)checking->rows.inactive);
    return false;
}

int32_t server_check_trail(struct server_access *access, struct text id, struct trail_check *check,
                           gql_failure *failure)
{
    struct trail_head head;
    struct trail_checkpoint begin;
    int32_t code = server_trail(access, id, &begin, &head, failure);
    if (code != GQL_OK)
        return code;
    trail_check_begin(check, &begin, &head);
    code = server_events_of(access, id, NULL, trail_check_event, check, failure);
    if (code == GQL_OK)
        trail_check_end(check);
    return code;
}

static void judge_trail(struct checking *checking)
{
    struct trail_check trail;
    char fault[256];
    checking->code = server_check_trail(checking->access, checking->id, &trail, checking->failure);
    if (checking->code != GQL_OK || trail.fault == TRAIL_SOUND)
        return;
    trail_check_describe(&trail, fault, sizeof fault);
    find(checking->check, "trail", "organization '%.*s': %s", (int)checking->id.size,
         checking->id.data, fault);
}

static bool take_deleted(void *user, const struct deleted_integration *deleted)
{
    struct checking *checking = user;
    wire_array_add(&checking->ids, deleted->integration.id.bytes, IDENTIFIER_SIZE);
    return true;
}

/* None is there and among the deleted ones, too. */
static int32_t check_deleted(struct checking *checking)
{
    TRIP_AUTO trip = {.session = &checking->access->session};
    struct wire_parameters given = {0};
    const int32_t code = server_deleted_of(checking->access, checking->id, take_deleted, checking,
                                           checking->failure);
    if (code != GQL_OK)
        return code;
    wire_give_integer(&given, (int32_t)organization_tag(checking->id));
    wire_give_array(&given, &checking->ids);
    trip_add_sql(&trip,
                 "SELECT count(*) FROM integration WHERE tag = $1 AND id = ANY ($2::bytea[])",
                 &given);
    checking->code = server_run(checking->access, &trip, checking->failure);
    const int64_t twice = checking->code == GQL_OK ? wire_column_number(trip.results[0], 0, 0) : 0;
    if (twice > 0)
        find(checking->check, "deleted",
             "organization '%.*s': %lld integrations are also among the deleted ones",
             (int)checking->id.size, checking->id.data, (long long)twice);
    return checking->code;
}

/* In the transaction that is open. */
static int32_t check_all(struct checking *checking)
{
    const int32_t code = server_integrations_of(checking->access, checking->id, take_row, checking,
                                                checking->failure);
    compare_keys(checking);
    if (code != GQL_OK || checking->code != GQL_OK)
        return code != GQL_OK ? code : checking->code;
    if (check_deleted(checking) != GQL_OK)
        return GQL_E_UNAVAILABLE;
    checking->code = server_organizations(checking->access, take_counters, checking,
                                          checking->failure);
    if (checking->code == GQL_OK)
        judge_trail(checking);
    return checking->code;
}

int32_t server_check_organization(struct server_check *check, struct server_access *access,
                                  struct text id, gql_failure *failure)
{
    struct checking checking = {.check = check, .access = access, .id = id, .failure = failure};
    begin_keys(&checking);
    int32_t code = server_begin(access, false, failure);
    if (code == GQL_OK)
        code = check_all(&checking);
    server_rollback(access);
    finish_keys(&checking);
    return code;
}
