// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/outcome.h"

#include <assert.h>

#include "plugin/store/change.h"
#include "plugin/store/postgres/suspension.h"
#include "plugin/store/postgres/tuple.h"
#include "plugin/store/trail_event.h"

static_assert((int)OUTCOME_KEYS_MAX == (int)OUTCOME_MAX &&
                  (int)OUTCOME_CONSUMERS_MAX == (int)OUTCOME_MAX,
              "a key and a consumer for each mutation");

/* ---- Beginning ---- */

static enum store_status take_rows(struct outcome *outcome, const PGresult *result,
                                   struct store_detail *detail)
{
    enum store_status status = STORE_OK;
    for (int i = 0; i < pq.PQntuples(result) && i < OUTCOME_MAX && status == STORE_OK; i++) {
        struct outcome_row *row = &outcome->rows[outcome->row_count++];
        *row = (struct outcome_row){.is_stored = true, .exists = true};
        status = tuple_integration(result, i, &row->now, detail);
    }
    return status;
}

static enum store_status take_organizations(struct outcome *outcome, const PGresult *result,
                                            struct store_detail *detail)
{
    enum store_status status = STORE_OK;
    for (int i = 0; i < pq.PQntuples(result) && i < OUTCOME_MAX && status == STORE_OK; i++) {
        struct outcome_organization *organization =
            &outcome->organizations[outcome->organization_count++];
        *organization = (struct outcome_organization){
            .id = wire_column(result, i, 0),
            .removed = wire_column_number(result, i, 6),
            .erased = wire_column_boolean(result, i, 7),
            .suspended = wire_column_boolean(result, i, 8),
        };
        outcome->has_suspended = outcome->has_suspended || organization->suspended;
        wire_column_bytes(result, i, 5, organization->highest.bytes, IDENTIFIER_SIZE);
        status = tuple_counters(result, i, 1, organization->id, &organization->counts,
                                &organization->head, detail);
    }
    return status;
}

enum store_status outcome_begin(struct outcome *outcome, struct database *database, uint32_t tag,
                                const struct outcome_found *found, struct store_detail *detail)
{
    outcome->database = database;
    outcome->tag = tag;
    outcome->unix_milliseconds = database->unix_milliseconds(database->user);
    outcome->changed = outcome->has_suspended = false;
    outcome->row_count = outcome->organization_count = 0;
    outcome_events_begin(&outcome->events);
    enum store_status status = outcome_keys_begin(&outcome->keys, found->keys, detail);
    if (status == STORE_OK)
        status = outcome_consumers_begin(&outcome->consumers, found->consumers, detail);
    if (status == STORE_OK)
        status = take_rows(outcome, found->integrations, detail);
    return status == STORE_OK ? take_organizations(outcome, found->organizations, detail) : status;
}

/* ---- Applying ---- */

static struct outcome_row *find_row(struct outcome *outcome, const struct identifier *id)
{
    for (int i = 0; i < outcome->row_count; i++) {
        struct outcome_row *row = &outcome->rows[i];
        if (row->exists && identifier_equal(&row->now.id, id))
            return row;
    }
    return NULL;
}

static struct outcome_organization *find_organization(struct outcome *outcome, struct text id)
{
    for (int i = 0; i < outcome->organization_count; i++) {
        if (text_equal(outcome->organizations[i].id, id))
            return &outcome->organizations[i];
    }
    return NULL;
}

static enum store_status add_event(struct outcome *outcome,
                                   struct outcome_organization *organization,
                                   struct trail_facts *facts)
{
    char room[2048];
    struct json_writer body;
    struct trail_event event;
    bool kept = false;
    facts->unix_milliseconds = outcome->unix_milliseconds;
    facts->organization_id = organization->id;
    json_writer_begin(&body, room, sizeof room);
    if (trail_event_write(&body, facts, &event)) {
        trail_append(&organization->head, &event);
        kept = outcome_events_add(&outcome->events, organization->id, &event);
        organization->changed = outcome->changed = true;
    }
    json_writer_finish(&body);
    return kept ? STORE_OK : STORE_NO_MEMORY;
}

static void count(struct outcome_organization *organization, const struct integration *integration,
                  int64_t difference)
{
    if (integration->is_active)
        organization->counts.active += difference;
    else
        organization->counts.inactive += difference;
}

static enum store_status create(struct outcome *outcome, struct store_mutation *mutation)
{
    struct outcome_organization *organization = find_organization(outcome,
                                                                  mutation->organization_id);
    if (organization == NULL || outcome->row_count == OUTCOME_MAX)
        return STORE_BROKEN;
    if (organization->erased) {
        store_detail_erased(&mutation->detail, organization->id);
        return STORE_ERASED;
    }
    mutation->id = database_mint(outcome->database, outcome->tag, &organization->highest,
                                 outcome->unix_milliseconds);
    change_create(mutation);
    const struct integration *created = &mutation->result.integration;
    struct trail_facts facts = {.request = mutation->request,
                                .entity = mutation->id,
                                .after = created};
    const enum store_status status = add_event(outcome, organization, &facts);
    if (status != STORE_OK)
        return status;
    outcome->rows[outcome->row_count++] =
        (struct outcome_row){.now = *created, .exists = true, .changed = true};
    organization->highest = mutation->id;
    count(organization, created, 1);
    outcome_keys_add(&outcome->keys, outcome->unix_milliseconds, mutation);
    return STORE_OK;
}

static enum store_status create_once(struct outcome *outcome, struct store_mutation *mutation)
{
    const enum store_status status = outcome_keys_find(&outcome->keys, outcome->unix_milliseconds,
                                                       mutation);
    return status != STORE_NOT_FOUND || mutation->kind == STORE_REPEAT ? status
                                                                       : create(outcome, mutation);
}

static enum store_status change(struct outcome *outcome, struct store_mutation *mutation)
{
    struct outcome_row *row = find_row(outcome, &mutation->id);
    if (row == NULL)
        return STORE_NOT_FOUND;
    struct outcome_organization *organization = find_organization(outcome,
                                                                  row->now.organization_id);
    if (organization == NULL)
        return tuple_damaged(&mutation->detail,
                             "an integration has no organization; its version:", row->now.version);
    if (organization->erased) /* The erasure is under way. */
        return STORE_NOT_FOUND;
    const bool deletes = mutation->kind == STORE_DELETE;
    enum store_status status = change_begin(mutation, &row->now);
    if (status == STORE_OK && !deletes)
        status = change_update(mutation);
    if (status != STORE_OK)
        return status;
    const struct integration before = row->now, *after = &mutation->result.integration;
    struct trail_facts facts = {.request = mutation->request,
                                .entity = before.id,
                                .before = &before,
                                .after = deletes ? NULL : after};
    status = add_event(outcome, organization, &facts);
    if (status != STORE_OK)
        return status;
    count(organization, &before, -1);
    if (!deletes)
        count(organization, after, 1);
    *row = (struct outcome_row){.now = *after,
                                .is_stored = row->is_stored,
                                .exists = !deletes,
                                .changed = true};
    return STORE_OK;
}

enum store_status outcome_restore(struct outcome *outcome, const struct integration *deleted,
                                  const struct integration *restored, const gql_request *request,
                                  struct store_detail *detail)
{
    struct outcome_organization *organization = find_organization(outcome,
                                                                  deleted->organization_id);
    struct trail_facts facts = {.request = request,
                                .entity = deleted->id,
                                .before = deleted,
                                .after = restored,
                                .restored = true};
    if (organization == NULL)
        return tuple_damaged(detail, "a deleted integration has no organization; its version:",
                             deleted->version);
    const enum store_status status = add_event(outcome, organization, &facts);
    outcome->rows[outcome->row_count++] =
        (struct outcome_row){.now = *restored, .exists = true, .changed = true};
    count(organization, restored, 1);
    return status;
}

static enum store_status note_denial(struct outcome *outcome, struct store_mutation *mutation)
{
    struct outcome_organization *organization = find_organization(outcome,
                                                                  mutation->organization_id);
    struct trail_facts facts = {.request = mutation->request,
                                .entity = mutation->id,
                                .denied = mutation->denied,
                                .unrecorded = mutation->unrecorded};
    return organization == NULL || organization->erased ? STORE_NOT_FOUND
                                                        : add_event(outcome, organization, &facts);
}

static enum store_status lease_events(struct outcome *outcome, struct store_mutation *mutation)
{
    struct outcome_organization *organization = find_organization(outcome,
                                                                  mutation->organization_id);
    if (organization == NULL || organization->erased)
        return mutation->kind == STORE_CLAIM ? STORE_NOT_FOUND : STORE_CONFLICT;
    const enum store_status status =
        outcome_consumers_apply(&outcome->consumers, mutation, organization->head.length,
                                organization->removed, outcome->unix_milliseconds);
    outcome->changed = outcome->changed || status == STORE_OK;
    return status;
}

/* The organization of the mutation, if it is known and suspended. */
static const struct outcome_organization *find_suspended(struct outcome *outcome,
                                                         const struct store_mutation *mutation)
{
    struct text id = mutation->organization_id;
    if (!outcome->has_suspended)
        return NULL;
    if (mutation->kind == STORE_UPDATE || mutation->kind == STORE_DELETE) {
        const struct outcome_row *row = find_row(outcome, &mutation->id);
        if (row == NULL)
            return NULL;
        id = row->now.organization_id;
    }
    const struct outcome_organization *found = find_organization(outcome, id);
    return found != NULL && found->suspended ? found : NULL;
}

void outcome_apply(struct outcome *outcome, struct store_mutation *mutation)
{
    const struct outcome_organization *suspended = find_suspended(outcome, mutation);
    if (suspended != NULL) {
        mutation->status = suspension_reject(outcome->database, suspended->id, &mutation->detail);
        return;
    }
    switch (mutation->kind) {
    case STORE_CREATE:
    case STORE_REPEAT:
        mutation->status = create_once(outcome, mutation);
        break;
    case STORE_UPDATE:
    case STORE_DELETE:
        mutation->status = change(outcome, mutation);
        break;
    case STORE_NOTE_DENIAL:
        mutation->status = note_denial(outcome, mutation);
        break;
    case STORE_SWEEP: /* See sweep.h. */
        mutation->status = STORE_BROKEN;
        break;
    case STORE_CLAIM:
    case STORE_ACKNOWLEDGE:
        mutation->status = lease_events(outcome, mutation);
        break;
    }
}
