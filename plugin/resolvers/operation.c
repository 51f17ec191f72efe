// SPDX-License-Identifier: MIT
#include "plugin/resolvers/operation.h"

#include <stdio.h>

#include "plugin/base/deadline.h"

static int32_t refuse(struct operation *operation, enum problem_kind kind, const char *detail)
{
    operation_reject(operation, &(struct problem){.kind = kind, .detail = detail});
    return GQL_OK;
}

static int32_t parse_arguments(struct operation *operation, const gql_call *call)
{
    json_error_t error;
    const size_t flags = JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL;
    operation->arguments = call->arguments == NULL
                               ? json_object()
                               : json_loadb(call->arguments, call->arguments_size, flags, &error);
    if (json_is_object(operation->arguments))
        return GQL_PENDING;
    return refuse(operation, PROBLEM_VALIDATION_ERROR,
                  "The arguments are not a valid JSON object in UTF-8");
}

static int32_t admit(struct operation *operation, const gql_call *call)
{
    const gql_request *request = operation->request;
    if (request == NULL || request->actor_id == NULL)
        return refuse(operation, PROBLEM_UNAUTHORIZED, "Authentication is needed");
    if (deadline_passed(request->deadline, request->cancelled))
        return refuse(operation, PROBLEM_SERVICE_UNAVAILABLE,
                      "The request was cancelled, or its deadline has passed");
    return parse_arguments(operation, call);
}

int32_t operation_begin(struct operation *operation, gql_instance *instance, const gql_call *call,
                        gql_reply *reply)
{
    if (instance == NULL || call == NULL || reply == NULL)
        return GQL_E_MISUSE;
    *operation = (struct operation){.instance = instance,
                                    .request = call->request,
                                    .selection = call->selection,
                                    .reply = reply};
    if (!gate_enter(&instance->gate, &operation->ticket))
        return refuse(operation, PROBLEM_SERVICE_UNAVAILABLE, "The service is shutting down");
    const int32_t code = admit(operation, call);
    if (code != GQL_PENDING)
        operation_end(operation);
    return code;
}

void operation_end(struct operation *operation)
{
    json_decref(operation->arguments);
    gate_leave(&operation->instance->gate, operation->ticket);
}

void operation_resolve(struct operation *operation, struct json_writer *writer)
{
    const gql_host *host = operation->instance->host;
    if (json_writer_end_reply(writer))
        host->reply_resolve(host, operation->reply->handle);
    else
        refuse(operation, PROBLEM_SERVICE_UNAVAILABLE,
               "The answer is larger than the gateway takes, or memory ran out");
}

void operation_reject(struct operation *operation, const struct problem *problem)
{
    const struct trace trace = trace_of(operation->request);
    const char *about = operation->request == NULL ? NULL : operation->request->instance;
    problem_reject(operation->instance, operation->reply->handle, &trace, about, problem);
}

static void reject_internal(struct operation *operation, const struct store_trouble *trouble)
{
    const struct trace trace = trace_of(operation->request);
    const struct problem problem = {
        .kind = PROBLEM_INTERNAL_ERROR,
        .detail = "Something failed inside the service; its log has the detail under this trace ID",
    };
    instance_log(operation->instance, GQL_LOG_ERROR, trace.id, "The store failed: %s",
                 trouble->detail);
    problem_reject(operation->instance, operation->reply->handle, &trace,
                   operation->request->instance, &problem);
}

void operation_reject_store(struct operation *operation, enum store_status status,
                            const struct store_trouble *trouble)
{
    switch (status) {
    case STORE_EXPIRED:
        refuse(operation, PROBLEM_SERVICE_UNAVAILABLE,
               "The request was cancelled, or its deadline passed; nothing was changed");
        break;
    case STORE_BUSY:
        refuse(operation, PROBLEM_SERVICE_UNAVAILABLE,
               "The store is held by another process; try again");
        break;
    case STORE_FULL:
        instance_log(operation->instance, GQL_LOG_ERROR, NULL, "The disk of the store is full: %s",
                     trouble->detail);
        refuse(operation, PROBLEM_SERVICE_UNAVAILABLE,
               "The store has no room left; nothing was changed");
        break;
    case STORE_NO_MEMORY:
        refuse(operation, PROBLEM_SERVICE_UNAVAILABLE, "Memory ran out; nothing was changed");
        break;
    default:
        reject_internal(operation, trouble);
    }
}

void operation_reject_argument(struct operation *operation, const char *field, const char *detail)
{
    operation_reject(operation, &(struct problem){.kind = PROBLEM_VALIDATION_ERROR,
                                                  .detail = detail,
                                                  .field = field});
}

void operation_reject_not_found(struct operation *operation, struct text id)
{
    operation_reject(operation, &(struct problem){.kind = PROBLEM_NOT_FOUND,
                                                  .detail = "There is no such integration",
                                                  .entity_id = id});
}

void operation_reject_permission(struct operation *operation, struct text id, const char *action)
{
    char detail[96];
    snprintf(detail, sizeof detail,
             "This needs the permission %s on integrations of the organization", action);
    operation_reject(operation, &(struct problem){.kind = PROBLEM_PERMISSION_DENIED,
                                                  .detail = detail,
                                                  .entity_id = id,
                                                  .required_action = action});
}

struct text member_text(const json_t *object, const char *name)
{
    const json_t *member = json_object_get(object, name);
    return (struct text){json_string_value(member), json_string_length(member)};
}

bool member_given(const json_t *object, const char *name)
{
    const json_t *member = json_object_get(object, name);
    return member != NULL && !json_is_null(member);
}

bool operation_take_organization(struct operation *operation, const json_t *object,
                                 const char *field, struct text *ret_organization_id)
{
    const char *dot = strrchr(field, '.');
    const struct text id = member_text(object, dot == NULL ? field : dot + 1);
    if (id.data != NULL && id.size > 0 && id.size <= ORGANIZATION_ID_LIMIT) {
        *ret_organization_id = id;
        return true;
    }
    operation_reject_argument(operation, field, "The ID of an organization has 1 to 128 bytes");
    return false;
}
