// SPDX-License-Identifier: MIT
#include "plugin/resolvers/denial.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "plugin/resolvers/permission.h"

/* A denial that is being recorded. */
struct denial {
    struct store_mutation change;
    struct operation *operation;
    struct text id;
    struct place place;
};

static int32_t reject(struct operation *operation, struct text id, const char *action)
{
    char detail[96];
    snprintf(detail, sizeof detail,
             "This requires the permission %s on the organization's integrations", action);
    return operation_reject(operation, &(struct error){.code = ERROR_PERMISSION_DENIED,
                                                       .detail = detail,
                                                       .entity_id = id,
                                                       .required_action = action});
}

/* A client can be refused as often as it likes: at most one line a minute. */
static void log_denial(struct operation *operation, struct text organization_id, struct text id,
                       const char *action)
{
    unsigned held;
    const gql_request *request = operation->request;
    gql_instance *instance = operation->instance;
    if (!throttle_pass(&instance->denials, monotonic_now(), &held))
        return;
    const struct trace trace = trace_of(request);
    bool is_bound;
    const struct text other = excluding_organization(instance, request, organization_id, &is_bound);
    instance_log(instance, GQL_LOG_WARNING, trace.id,
                 "Refused: the actor '%.*s' has no permission %s in the organization '%.*s'%s%.*s"
                 "%s%.*s%s; refusals since the last such line: %u (at most one line a minute)",
                 (int)request->actor_id_size, request->actor_id, action, (int)organization_id.size,
                 organization_id.data, id.size > 0 ? ", integration " : "",
                 (int)(id.size > IDENTIFIER_TEXT_SIZE ? IDENTIFIER_TEXT_SIZE : id.size),
                 id.data == NULL ? "" : id.data,
                 other.data == NULL ? ""
                 : is_bound         ? ", whatever its grants: the instance is bound to '"
                                    : ", whatever its grants: the request is about '",
                 (int)other.size, other.data == NULL ? "" : other.data,
                 other.data == NULL ? "" : "'", held + 1);
}

static void log_loss(struct operation *operation, const char *cause)
{
    unsigned held;
    gql_instance *instance = operation->instance;
    if (!throttle_pass(&instance->denials_lost, monotonic_now(), &held))
        return;
    const struct trace trace = trace_of(operation->request);
    instance_log(instance, GQL_LOG_ERROR, trace.id,
                 "A refusal could not be recorded in the audit trail: %s; refusals not recorded "
                 "since the last such line: %u (at most one line a minute)",
                 cause, held + 1);
}

/* ---- Recording ---- */

static void end_recording(struct store_mutation *change)
{
    struct denial *denial = (struct denial *)change;
    struct operation *operation = denial->operation;
    const struct text id = denial->id;
    places_free(&operation->instance->places, &denial->place);
    if (change->status == STORE_OK)
        instance_note_event(operation->instance, change->organization_id);
    else if (change->status != STORE_NOT_FOUND)
        log_loss(operation, change->detail.text);
    const char *action = change->denied;
    free(denial);
    reject(operation, id, action);
}

static bool submit(struct denial *denial)
{
    gql_instance *instance = denial->operation->instance;
    struct store_detail detail;
    if (places_take(&instance->places, &denial->place, denial->change.organization_id) !=
        PLACES_TAKEN) {
        log_loss(denial->operation, "too many changes are queued");
        return false;
    }
    if (store_submit(instance->store, &denial->change))
        return true;
    store_detail_no_thread(&detail, errno);
    places_free(&instance->places, &denial->place);
    log_loss(denial->operation, detail.text);
    return false;
}

/* False if it can't be recorded. */
static bool record(struct operation *operation, struct text organization_id, struct text id,
                   const char *action, uint32_t unrecorded)
{
    struct denial *denial = malloc(sizeof *denial);
    if (denial == NULL) {
        log_loss(operation, "out of memory");
        return false;
    }
    *denial = (struct denial){
        .change = {.kind = STORE_NOTE_DENIAL,
                   .organization_id = organization_id,
                   .denied = action,
                   .unrecorded = unrecorded,
                   .request = operation->request,
                   .done = end_recording},
        .operation = operation,
        .id = id,
    };
    identifier_parse(id, &denial->change.id);
    if (submit(denial))
        return true;
    free(denial);
    return false;
}

/*
 * The trail of an organization that the instance is not bound to is not its own to write. A client
 * can be refused as often as it likes: *ret_unrecorded is how often it was without a record.
 */
static bool is_recorded(const struct operation *operation, struct text organization_id,
                        uint32_t *ret_unrecorded)
{
    gql_instance *instance = operation->instance;
    const gql_request *request = operation->request;
    const struct text bound_to = instance->config.organization;
    return instance->config.records_denials &&
           (bound_to.data == NULL || text_equal(bound_to, organization_id)) &&
           denial_budget_take(&instance->denials_recorded, organization_id,
                              (struct text){request->actor_id, request->actor_id_size},
                              monotonic_now(), ret_unrecorded);
}

int32_t denial_answer(struct operation *operation, struct text organization_id, struct text id,
                      const char *action)
{
    uint32_t unrecorded;
    log_denial(operation, organization_id, id, action);
    if (is_recorded(operation, organization_id, &unrecorded) &&
        record(operation, organization_id, id, action, unrecorded))
        return GQL_PENDING;
    return reject(operation, id, action);
}
