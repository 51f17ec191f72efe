// SPDX-License-Identifier: MIT
/* gql_events.acknowledge: up to which event a consumer has taken those of an organization. */
#include <errno.h>
#include <stddef.h>

#include "plugin/resolvers/event_input.h"
#include "plugin/resolvers/events.h"
#include "plugin/resolvers/input.h"
#include "vault/base64url.h"

struct acknowledging {
    struct operation operation;
    struct store_lease lease;
    struct store_mutation change;
};

static int32_t resolve(struct operation *operation)
{
    struct json_writer writer;
    json_writer_begin_reply(&writer, operation->instance->host, operation->reply);
    json_write(&writer, "{}");
    return operation_resolve(operation, &writer);
}

static int32_t reject_lost(struct operation *operation)
{
    return operation_reject(
        operation,
        &(struct error){.code = ERROR_CONFLICT,
                        .detail = "The lease has ended, and somebody else has claimed the events; "
                                  "claim again",
                        .of_lease = true});
}

/* What is left can be claimed at once. */
static void offer_rest(struct acknowledging *acknowledging)
{
    gql_instance *instance = acknowledging->operation.instance;
    if (acknowledging->lease.milliseconds == 0 && acknowledging->lease.is_behind &&
        backlog_add(&instance->backlog, acknowledging->lease.consumer,
                    acknowledging->operation.organization_id))
        event_watch_signal(&instance->event_watch);
}

static void end(struct store_mutation *change)
{
    struct acknowledging *acknowledging =
        (struct acknowledging *)((char *)change - offsetof(struct acknowledging, change));
    struct operation *operation = &acknowledging->operation;
    switch (change->status) {
    case STORE_OK:
        offer_rest(acknowledging);
        resolve(operation);
        break;
    case STORE_NOT_FOUND:
    case STORE_CONFLICT:
        reject_lost(operation);
        break;
    default:
        operation_reject_store(operation, change->status, &change->detail);
    }
}

static bool take_lease(struct operation *operation, uint8_t token[STORE_LEASE_SIZE])
{
    size_t size = 0;
    const struct text text = member_text(operation->arguments, "lease");
    if (text.data != NULL &&
        vault_base64url_decode(text.data, text.size, token, STORE_LEASE_SIZE, &size) &&
        size == STORE_LEASE_SIZE)
        return true;
    operation_reject_argument(operation, "lease", "This is not a lease that a claim has given");
    return false;
}

static int32_t submit(struct acknowledging *acknowledging)
{
    struct store_detail detail;
    struct operation *operation = &acknowledging->operation;
    acknowledging->change = (struct store_mutation){
        .kind = STORE_ACKNOWLEDGE,
        .organization_id = operation->organization_id,
        .lease = &acknowledging->lease,
        .deadline = operation_deadline(operation),
        .done = end,
    };
    if (store_submit(operation->instance->store, &acknowledging->change))
        return GQL_PENDING;
    store_detail_no_thread(&detail, errno);
    return operation_reject_store(operation, STORE_SHORTAGE, &detail);
}

static int32_t start(struct operation *operation)
{
    struct acknowledging *acknowledging = (struct acknowledging *)operation;
    struct store_lease *lease = &acknowledging->lease;
    if (!event_input_take_consumer(operation, &lease->consumer) ||
        !input_take_organization(operation, operation->arguments, "organizationId",
                                 &operation->organization_id) ||
        !take_lease(operation, lease->token) ||
        !event_input_take_position(operation, "position", &lease->position) ||
        !event_input_take_duration(operation, &lease->milliseconds))
        return GQL_OK;
    return submit(acknowledging);
}

static const struct operation_type acknowledging_type = {
    .size = sizeof(struct acknowledging),
    .start = start,
    .writes = true,
    .field = TALLY_EVENTS_ACKNOWLEDGE,
};

int32_t events_acknowledge(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    return operation_serve(&acknowledging_type, instance, call, reply);
}
