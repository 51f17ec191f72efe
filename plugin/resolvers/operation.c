// SPDX-License-Identifier: MIT
#include "plugin/resolvers/operation.h"

#include <assert.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "plugin/resolvers/contract.h"
#include "plugin/resolvers/permission.h"
#include "vault/json_reader.h"

static const char expired[] = "The request was cancelled, or its deadline has passed";
static const char out_of_memory[] = "Out of memory";

static_assert((int)ERROR_CODES < (int)TALLY_OUTCOMES, "an outcome for each code");
static_assert((int)TALLY_SHARDS == (int)GATE_COUNTERS, "a ticket of the gate is a shard");

/* `outcome`: 0, or 1 + enum error_code. */
static void count(const struct operation_type *type, int ticket, int outcome, uint64_t began)
{
    tally_call(ticket, TALLY_CALLS + (int)type->field * TALLY_OUTCOMES + outcome,
               monotonic_now() - began);
}

static void end(struct operation *operation)
{
    gql_instance *instance = operation->instance;
    const int ticket = operation->ticket;
    if (operation->type->finish != NULL)
        operation->type->finish(operation);
    json_decref(operation->arguments);
    output_finish(&operation->output);
    free(operation);
    gate_leave(&instance->gate, ticket); /* Last: the instance may be destroyed now. */
}

/* ---- Admission ---- */

/* What a client reads when the service fails: the cause, and what it means for a change. */
struct unavailable {
    char detail[96];
};

static struct unavailable unavailable(const struct operation_type *type, const char *cause)
{
    struct unavailable unavailable;
    snprintf(unavailable.detail, sizeof unavailable.detail, "%s%s", cause,
             type->writes ? "; nothing was changed" : "");
    return unavailable;
}

static int32_t reject_unchanged(struct operation *operation, const char *cause)
{
    return operation_reject_unavailable(operation, unavailable(operation->type, cause).detail);
}

/* What does not become an operation. */
static int32_t reject_call(const struct operation_type *type, gql_instance *instance,
                           const gql_call *call, const gql_reply *reply, const char *detail)
{
    const struct trace trace = trace_of(call->request);
    tally_call(0, TALLY_CALLS + (int)type->field * TALLY_OUTCOMES + 1 + ERROR_SERVICE_UNAVAILABLE,
               0);
    error_reject(instance, reply->handle, &trace,
                 call->request == NULL ? NULL : call->request->occurrence,
                 &(struct error){.code = ERROR_SERVICE_UNAVAILABLE, .detail = detail});
    return GQL_OK;
}

/*
 * Lone surrogates are kept, so that one bad string does not fail what others ask for: each text is
 * judged where it is taken.
 */
static bool parse_arguments(struct operation *operation, const gql_call *call)
{
    const struct vault_bytes text = {call->arguments, call->arguments_size};
    const enum vault_json_status status = vault_json_read(text, VAULT_JSON_KEEP_SURROGATES,
                                                          &operation->arguments, NULL);
    if (status == VAULT_JSON_OK && json_is_object(operation->arguments))
        return true;
    if (status == VAULT_JSON_NO_MEMORY) {
        reject_unchanged(operation, out_of_memory);
        return false;
    }
    operation_reject(operation,
                     &(struct error){.code = ERROR_VALIDATION_ERROR,
                                     .detail = "The arguments are not a JSON object in UTF-8"});
    return false;
}

static bool admit(struct operation *operation, const gql_call *call)
{
    const gql_request *request = operation->request;
    if (request == NULL || request->actor_id == NULL) {
        operation_reject(operation, &(struct error){.code = ERROR_UNAUTHORIZED,
                                                    .detail = "Authentication is required"});
        return false;
    }
    if (deadline_passed_by(operation_deadline(operation), operation->began)) {
        reject_unchanged(operation, expired);
        return false;
    }
    return parse_arguments(operation, call);
}

static int32_t start(const struct operation_type *type, gql_instance *instance,
                     const gql_call *call, gql_reply *reply, int ticket)
{
    const size_t room = type->output == NULL ? 0 : OUTPUT_ROOM;
    struct operation *operation = malloc(type->size + room); /* calloc of glibc is slower. */
    if (operation == NULL) {
        const int32_t code = reject_call(type, instance, call, reply,
                                         unavailable(type, out_of_memory).detail);
        gate_leave(&instance->gate, ticket);
        return code;
    }
    *operation = (struct operation){.type = type,
                                    .instance = instance,
                                    .request = call->request,
                                    .reply = reply,
                                    .ticket = ticket,
                                    .began = monotonic_now()};
    if (GQL_HAS(call, response_name_size) && call->response_name != NULL)
        operation->response_name = (struct text){call->response_name, call->response_name_size};
    memset(operation + 1, 0, type->size - sizeof *operation);
    if (!admit(operation, call))
        return GQL_OK;
    if (room > 0 &&
        !output_make(&operation->output, type->output, call, (char *)operation + type->size))
        return reject_unchanged(operation, out_of_memory);
    return type->start(operation);
}

int32_t operation_serve(const struct operation_type *type, gql_instance *instance,
                        const gql_call *call, gql_reply *reply)
{
    int ticket;
    if (instance == NULL || !contract_is_kept(call, reply, type->output != NULL))
        return GQL_E_MISUSE;
    if (!gate_enter(&instance->gate, &ticket))
        return reject_call(type, instance, call, reply, "The service is shutting down");
    return start(type, instance, call, reply, ticket);
}

struct deadline operation_deadline(const struct operation *operation)
{
    return (struct deadline){operation->request->deadline, operation->request->cancelled};
}

static bool admits(const struct store_read *read, struct text organization_id)
{
    const struct operation *operation =
        (const struct operation *)((const char *)read - offsetof(struct operation, read));
    return may_read(operation->instance, operation->request, organization_id);
}

int32_t operation_read(struct operation *operation, struct store_route route,
                       enum store_status (*run)(struct store_read *, struct store_reader *),
                       int32_t (*done)(struct store_read *))
{
    operation->read.route = route;
    operation->read.admits = admits;
    operation->read.run = run;
    operation->read.done = done;
    operation->read.deadline = operation_deadline(operation);
    return store_read(operation->instance->store, &operation->read);
}

struct operation *operation_of_read(struct store_read *read)
{
    return (struct operation *)((char *)read - offsetof(struct operation, read));
}

/* ---- What the operator hears of rejections ---- */

static struct rejections *rejections_of(struct operation *operation)
{
    gql_instance *instance = operation->instance;
    return operation->type->writes ? &instance->changes : &instance->reads;
}

/* What passes is logged once a minute, not with every call that meets it. */
static void note_rejection(struct operation *operation, enum store_status status,
                           const char *detail)
{
    unsigned held;
    gql_instance *instance = operation->instance;
    if (rejections_cause(status) == NULL ||
        !rejections_add(rejections_of(operation), status, detail, monotonic_now(), &held))
        return;
    const struct trace trace = trace_of(operation->request);
    const struct text organization = operation->organization_id.data != NULL
                                         ? operation->organization_id
                                         : instance->config.organization;
    instance_log(instance, GQL_LOG_ERROR, trace.id,
                 "%s: %s; organization '%.*s'; calls rejected since the last such line: %u (at "
                 "most one line a minute)",
                 rejections_cause(status), detail, (int)organization.size,
                 organization.data == NULL ? "" : organization.data, held + 1);
}

static void note_success(struct operation *operation)
{
    unsigned held;
    struct rejections *rejections = rejections_of(operation);
    if (rejections_may_end(rejections) && rejections_end(rejections, monotonic_now(), &held))
        instance_log(operation->instance, GQL_LOG_INFO, NULL,
                     "%s succeed again; calls rejected and not logged: %u", rejections->calls,
                     held);
}

/* ---- Completing ---- */

int32_t operation_resolve(struct operation *operation, struct json_writer *writer)
{
    const gql_host *host = operation->instance->host;
    if (!json_writer_end_reply(writer))
        return operation_reject_unavailable(
            operation, "The answer exceeds the gateway's limit, or memory ran out");
    if (!operation->fails_in_part)
        note_success(operation);
    count(operation->type, operation->ticket, 0, operation->began);
    host->reply_resolve(host, operation->reply->handle);
    end(operation);
    return GQL_OK;
}

static int32_t reject_traced(struct operation *operation, const struct trace *trace,
                             const struct error *error)
{
    const char *occurrence = operation->request == NULL ? NULL : operation->request->occurrence;
    count(operation->type, operation->ticket, 1 + (int)error->code, operation->began);
    error_reject(operation->instance, operation->reply->handle, trace, occurrence, error);
    end(operation);
    return GQL_OK;
}

int32_t operation_reject(struct operation *operation, const struct error *error)
{
    const struct trace trace = trace_of(operation->request);
    return reject_traced(operation, &trace, error);
}

/* ---- What a store that fails means ---- */

static struct error say(struct unavailable *room, const char *cause)
{
    snprintf(room->detail, sizeof room->detail, "%s", cause);
    return (struct error){.code = ERROR_SERVICE_UNAVAILABLE, .detail = room->detail};
}

static struct error say_unchanged(const struct operation *operation, struct unavailable *room,
                                  const char *cause)
{
    *room = unavailable(operation->type, cause);
    return (struct error){.code = ERROR_SERVICE_UNAVAILABLE, .detail = room->detail};
}

/* For the client. The text is in `room`. */
static struct error error_of(const struct operation *operation, enum store_status status,
                             struct unavailable *room)
{
    switch (status) {
    case STORE_EXPIRED:
        return say_unchanged(operation, room, expired);
    case STORE_BUSY:
        return say(room, "Another process holds the database; try again");
    case STORE_UNREACHABLE:
        return say_unchanged(operation, room, "The service's database can't be reached");
    case STORE_FULL:
        return say_unchanged(operation, room, "The service has no disk space left");
    case STORE_NO_MEMORY:
        return say_unchanged(operation, room, out_of_memory);
    case STORE_SHORTAGE:
        return say_unchanged(operation, room, "The service is short of resources");
    case STORE_DENIED:
        return say_unchanged(operation, room, "The service may not use its database's files");
    case STORE_UNKNOWN:
        return (struct error){.code = ERROR_SERVICE_UNAVAILABLE,
                              .detail = "The database failed while the change was saved; read "
                                        "later whether it was",
                              .outcome = "unknown"};
    case STORE_ERASED:
        return say_unchanged(operation, room, "The organization was erased");
    case STORE_STOPPED:
        return say(room, "The service's database can't be used; the service's log has the cause");
    default:
        return (struct error){.code = ERROR_INTERNAL_ERROR,
                              .detail =
                                  "The service failed; its log has the cause under this trace ID"};
    }
}

/* Who creates on and on in an organization that was erased: at most one line a minute. */
static void log_erased(const struct operation *operation, const struct trace *trace,
                       const struct store_detail *detail)
{
    unsigned held;
    gql_instance *instance = operation->instance;
    if (throttle_pass(&instance->changes.lines[STORE_ERASED], monotonic_now(), &held))
        instance_log(instance, GQL_LOG_WARNING, trace->id,
                     "Rejected: %s; calls rejected since the last such line: %u (at most one line "
                     "a minute)",
                     detail->text, held + 1);
}

/* For the log, under the client's trace ID: what it is not told. */
static void log_failure(const struct operation *operation, const struct trace *trace,
                        enum store_status status, const struct store_detail *detail)
{
    struct unavailable room;
    if (status == STORE_ERASED)
        log_erased(operation, trace, detail);
    else if (status == STORE_UNKNOWN)
        instance_log(operation->instance, GQL_LOG_ERROR, trace->id,
                     "A change was answered with the outcome \"unknown\": %s", detail->text);
    else if (error_of(operation, status, &room).code == ERROR_INTERNAL_ERROR)
        instance_log(operation->instance, GQL_LOG_ERROR, trace->id, "The store failed: %s",
                     detail->text);
}

int32_t operation_reject_store(struct operation *operation, enum store_status status,
                               const struct store_detail *detail)
{
    struct unavailable room;
    const struct trace trace = trace_of(operation->request);
    const struct error error = error_of(operation, status, &room);
    note_rejection(operation, status, detail == NULL ? "" : detail->text);
    log_failure(operation, &trace, status, detail);
    if (status == STORE_BUSY)
        tally_count(TALLY_REJECTIONS + TALLY_BUSY_TIMEOUT);
    return reject_traced(operation, &trace, &error);
}

void operation_note_failure(struct operation *operation, const struct trace *trace,
                            enum store_status status, const struct store_detail *detail)
{
    operation->fails_in_part = true;
    note_rejection(operation, status, detail->text);
    log_failure(operation, trace, status, detail);
}

bool operation_explain_null(struct operation *operation, const struct trace *trace,
                            const char *path, enum store_status status)
{
    struct unavailable room;
    const struct error error = error_of(operation, status, &room);
    return error_add(operation->instance, operation->reply->handle, trace,
                     operation->request->occurrence, &error, path);
}

int32_t operation_reject_unavailable(struct operation *operation, const char *detail)
{
    return operation_reject(operation,
                            &(struct error){.code = ERROR_SERVICE_UNAVAILABLE, .detail = detail});
}

int32_t operation_reject_argument(struct operation *operation, const char *field,
                                  const char *detail)
{
    return operation_reject(operation, &(struct error){.code = ERROR_VALIDATION_ERROR,
                                                       .detail = detail,
                                                       .field = field});
}

int32_t operation_reject_not_found(struct operation *operation, struct text id)
{
    return operation_reject(operation, &(struct error){.code = ERROR_NOT_FOUND,
                                                       .detail = "There is no such integration",
                                                       .entity_id = id});
}
