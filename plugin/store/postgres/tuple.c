// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/tuple.h"

#include <stdio.h>

enum store_status tuple_damaged(struct store_detail *detail, const char *what, int64_t value)
{
    snprintf(detail->text, sizeof detail->text, "%s %lld", what, (long long)value);
    return STORE_DAMAGED;
}

/* The columns from `column` on: version, is_active, title, credential_ref. */
static enum store_status take(const PGresult *result, int row, int column,
                              struct text organization_id, struct integration *ret_integration,
                              struct store_detail *detail)
{
    const int64_t version = wire_column_number(result, row, column);
    if (wire_column(result, row, 0).size != IDENTIFIER_SIZE)
        return tuple_damaged(detail, "an ID has the size",
                             (int64_t)wire_column(result, row, 0).size);
    if (version < 1 || version > INT32_MAX)
        return tuple_damaged(detail, "an integration has the version", version);
    *ret_integration = (struct integration){
        .version = (int32_t)version,
        .is_active = wire_column_boolean(result, row, column + 1),
        .title = wire_column(result, row, column + 2),
        .organization_id = organization_id,
        .credential_ref = wire_column(result, row, column + 3),
    };
    wire_column_bytes(result, row, 0, ret_integration->id.bytes, IDENTIFIER_SIZE);
    return STORE_OK;
}

enum store_status tuple_integration(const PGresult *result, int row,
                                    struct integration *ret_integration,
                                    struct store_detail *detail)
{
    return take(result, row, 2, wire_column(result, row, 1), ret_integration, detail);
}

enum store_status tuple_of_organization(const PGresult *result, int row,
                                        struct text organization_id,
                                        struct integration *ret_integration,
                                        struct store_detail *detail)
{
    return take(result, row, 1, organization_id, ret_integration, detail);
}

enum store_status tuple_counters(const PGresult *result, int row, int column,
                                 struct text organization_id, struct store_counts *ret_counts,
                                 struct trail_head *ret_head, struct store_detail *detail)
{
    const int64_t length = wire_column_number(result, row, column + 2);
    *ret_counts = (struct store_counts){wire_column_number(result, row, column),
                                        wire_column_number(result, row, column + 1)};
    if (ret_counts->active < 0 || ret_counts->inactive < 0)
        return tuple_damaged(detail,
                             "an organization counts active integrations:", ret_counts->active);
    if (length < 0 || length > INT64_MAX / 2)
        return tuple_damaged(detail, "a trail has the length", length);
    *ret_head = trail_start(organization_id);
    if (length == 0)
        return STORE_OK;
    ret_head->length = length;
    wire_column_bytes(result, row, column + 3, ret_head->hash.bytes, TRAIL_HASH_SIZE);
    return STORE_OK;
}

void tuple_checkpoint(const PGresult *result, int row, int column, struct text organization_id,
                      struct trail_checkpoint *ret_checkpoint)
{
    *ret_checkpoint = (struct trail_checkpoint){.head = trail_start(organization_id)};
    const int64_t length = wire_column_number(result, row, column);
    if (length == 0)
        return;
    ret_checkpoint->head.length = length;
    ret_checkpoint->time = wire_column_number(result, row, column + 2);
    wire_column_bytes(result, row, column + 1, ret_checkpoint->head.hash.bytes, TRAIL_HASH_SIZE);
}

static struct trail_event event_of(const PGresult *result, int row)
{
    struct trail_event event = {.sequence = wire_column_number(result, row, 0),
                                .body = wire_column(result, row, 5)};
    wire_column_bytes(result, row, 1, event.entity.bytes, IDENTIFIER_SIZE);
    wire_column_bytes(result, row, 2, event.salt, TRAIL_SALT_SIZE);
    wire_column_bytes(result, row, 3, event.digest.bytes, TRAIL_HASH_SIZE);
    wire_column_bytes(result, row, 4, event.hash.bytes, TRAIL_HASH_SIZE);
    return event;
}

bool tuple_visit_events(const PGresult *result, trail_visit_fn visit, void *user, int64_t *ret_last)
{
    for (int row = 0; row < pq.PQntuples(result); row++) {
        const struct trail_event event = event_of(result, row);
        *ret_last = event.sequence;
        if (!visit(user, &event))
            return false;
    }
    return true;
}
