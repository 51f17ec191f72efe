// SPDX-License-Identifier: MIT
#include "plugin/store/store.h"

#include <stdio.h>
#include <stdlib.h>

#include "plugin/base/failure.h"
#include "plugin/store/sweeper.h"

void store_detail_no_thread(struct store_detail *detail, int error)
{
    snprintf(detail->text, sizeof detail->text,
             "there is no thread, and none can be started: errno %d, %s", error,
             strerrordesc_np(error));
}

void store_detail_erased(struct store_detail *detail, struct text organization_id)
{
    snprintf(detail->text, sizeof detail->text,
             "organization '%.*s' was erased here, as its tombstone says; integrationsctl tenants "
             "resume --force lets it begin anew",
             (int)organization_id.size, organization_id.data);
}

int32_t store_begin(const struct store_engine *engine, const struct store_options *options,
                    struct store **ret_store, gql_failure *failure)
{
    return engine->open(options, ret_store, failure);
}

int32_t store_go_on(struct store **store, gql_failure *failure)
{
    const int32_t code = (*store)->engine->go_on(*store, failure);
    if (code != GQL_OK)
        store_close(store);
    return code;
}

/* False once a lock has been held for the busy timeout since *until was 0. */
static bool wait_for_lock(const struct store_options *options, uint64_t *until)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    const json_t *timeout = json_object_get(options->database, "busyTimeoutMilliseconds");
    const uint64_t now = monotonic_now();
    if (*until == 0)
        *until = now + (uint64_t)json_integer_value(timeout) * 1000000u;
    if (now >= *until)
        return false;
    nanosleep(&pause, NULL);
    return true;
}

static int32_t start_sweeper(struct store *store, const struct store_options *options,
                             gql_failure *failure)
{
    store->sweeper = calloc(1, sizeof *store->sweeper);
    if (store->sweeper == NULL)
        return fail_no_memory(failure);
    if (!sweeper_start(store->sweeper, store, &options->executors->storage))
        options->log(options->user, GQL_LOG_WARNING,
                     "What is kept beyond its retention is not erased: no thread can be started. "
                     "Restart the gateway once there are threads");
    return GQL_OK;
}

int32_t store_open(const struct store_engine *engine, const struct store_options *options,
                   struct store **ret_store, gql_failure *failure)
{
    struct store *store = NULL;
    uint64_t until = 0;
    int32_t code = store_begin(engine, options, &store, failure);
    while (code == GQL_OK && store->opening != STORE_IS_OPEN) {
        if (store->opening == STORE_IS_LONG) {
            until = 0;
        } else if (!wait_for_lock(options, &until)) {
            store_close(&store);
            return GQL_E_UNAVAILABLE;
        }
        code = store_go_on(&store, failure);
    }
    if (code == GQL_OK)
        code = start_sweeper(store, options, failure);
    if (code == GQL_OK)
        *ret_store = store;
    else
        store_close(&store);
    return code;
}

void store_close(struct store **store)
{
    if (*store == NULL)
        return;
    if ((*store)->opening == STORE_IS_OPEN)
        store_drain(*store);
    struct sweeper *sweeper = (*store)->sweeper;
    if (sweeper != NULL)
        sweeper_finish(sweeper);
    free(sweeper);
    (*store)->engine->close(*store);
    *store = NULL;
}

void store_drain(struct store *store)
{
    if (store->sweeper != NULL)
        sweeper_stop(store->sweeper);
    store->engine->drain(store);
}

struct store_state store_state(struct store *store)
{
    if (store->engine->look != NULL)
        store->engine->look(store);
    return state_worst(&store->state);
}

int32_t store_read(struct store *store, struct store_read *read)
{
    return store->engine->read(store, read);
}

void store_read_run(struct store_read *read, struct store_reader *reader)
{
    reader->tag = read->tag;
    reader->is_decoy = read->is_decoy;
    reader->detail = &read->detail;
    read->detail.text[0] = '\0';
    read->status = read->run(read, reader);
}

void store_probe(struct store *store)
{
    if (store->engine->probe != NULL)
        store->engine->probe(store);
}

void store_measure(struct store *store,
                   void (*visit)(void *user, const struct store_measure *measure), void *user)
{
    if (store->engine->measure != NULL)
        store->engine->measure(store, visit, user);
}

bool store_pool(struct store *store, struct store_pool *ret_pool)
{
    return store->engine->pool != NULL && store->engine->pool(store, ret_pool);
}

enum inventory_step store_take_inventory(struct store *store, struct store_inventory *inventory)
{
    return store->engine->take_inventory == NULL ? INVENTORY_DONE
                                                 : store->engine->take_inventory(store, inventory);
}

uint64_t store_proved(struct store *store, enum state_proof proof)
{
    return state_proved(&store->state, proof);
}

bool store_read_now(struct store *store, struct store_read *read)
{
    return store->engine->read_now != NULL && store->engine->read_now(store, read);
}

int32_t store_read_fail(struct store_read *read, enum store_status status, const char *detail)
{
    read->status = status;
    snprintf(read->detail.text, sizeof read->detail.text, "%s", detail);
    return read->done(read);
}

bool store_may_have(const struct store_reader *reader, const struct identifier *id)
{
    return reader->tag == NULL || identifier_tag(id) == *reader->tag;
}

bool store_is_decoy(const struct store_reader *reader)
{
    return reader->is_decoy;
}

struct store_detail *store_reader_detail(const struct store_reader *reader)
{
    return reader->detail;
}

const uint8_t *store_secret(const struct store_reader *reader)
{
    return reader->secret;
}

enum store_status store_get(struct store_reader *reader, const struct identifier *id,
                            struct integration *ret_integration)
{
    return reader->engine->get(reader, id, ret_integration);
}

enum store_status store_count(struct store_reader *reader, struct text organization_id,
                              struct store_counts *ret_counts)
{
    return reader->engine->count(reader, organization_id, ret_counts);
}

enum store_status store_scan(struct store_reader *reader, const struct store_range *range,
                             int limit, struct integration_list *list)
{
    return reader->engine->scan(reader, range, limit, list);
}

/* ---- The audit trail ---- */

static enum store_status refuse_trail(struct store_detail *detail)
{
    snprintf(detail->text, sizeof detail->text, "this storage engine keeps no audit trail");
    return STORE_BROKEN;
}

enum store_status store_events(struct store_reader *reader, const struct store_event_range *range,
                               int64_t limit, trail_visit_fn visit, void *user)
{
    return reader->engine->events == NULL
               ? refuse_trail(reader->detail)
               : reader->engine->events(reader, range, limit, visit, user);
}

enum store_status store_trail_head(struct store_reader *reader, struct text organization_id,
                                   struct trail_head *ret_head)
{
    return reader->engine->trail_head == NULL
               ? refuse_trail(reader->detail)
               : reader->engine->trail_head(reader, organization_id, ret_head);
}

enum store_status store_trail_checkpoint(struct store_reader *reader, struct text organization_id,
                                         struct trail_checkpoint *ret_checkpoint)
{
    if (reader->engine->trail_checkpoint != NULL)
        return reader->engine->trail_checkpoint(reader, organization_id, ret_checkpoint);
    *ret_checkpoint = (struct trail_checkpoint){.head = trail_start(organization_id)};
    return STORE_OK;
}

enum store_status store_verify_trail(struct store_reader *reader, struct text organization_id,
                                     struct trail_check *ret_check)
{
    struct trail_head head;
    const struct store_event_range all = {.organization_id = organization_id};
    struct trail_checkpoint checkpoint;
    enum store_status status = store_trail_head(reader, organization_id, &head);
    if (status == STORE_OK)
        status = store_trail_checkpoint(reader, organization_id, &checkpoint);
    if (status != STORE_OK)
        return status;
    trail_check_begin(ret_check, &checkpoint, &head);
    status = store_events(reader, &all, INT64_MAX, trail_check_event, ret_check);
    if (status == STORE_OK)
        trail_check_end(ret_check);
    return status;
}

int32_t store_survey(struct store *store, struct store_survey *survey)
{
    survey->status = STORE_OK;
    survey->detail.text[0] = '\0';
    if (store->engine->survey != NULL)
        return store->engine->survey(store, survey);
    survey->status = refuse_trail(&survey->detail);
    return survey->done(survey);
}

bool store_others_committed(struct store *store)
{
    return store->engine->others_committed != NULL && store->engine->others_committed(store);
}

bool store_submit(struct store *store, struct store_mutation *mutation)
{
    return store->engine->submit(store, mutation);
}
