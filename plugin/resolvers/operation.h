// SPDX-License-Identifier: MIT
/* One call under way: what every resolver does before and after its own work. */
#ifndef RESOLVERS_OPERATION_H
#define RESOLVERS_OPERATION_H

#include <jansson.h>

#include "plugin/instance.h"
#include "plugin/resolvers/json_writer.h"
#include "plugin/resolvers/problem.h"

struct operation {
    gql_instance *instance;
    const gql_request *request;
    const gql_selection *selection;
    gql_reply *reply;
    json_t *arguments; /* An object. */
    int ticket;
};

/*
 * Lets a call in and parses its arguments. GQL_PENDING: it is to be served, and operation_end must
 * follow the completion. GQL_OK: it is refused, and completed (nobody is authenticated, the
 * instance drains, the deadline has passed, …).
 */
int32_t operation_begin(struct operation *operation, gql_instance *instance, const gql_call *call,
                        gql_reply *reply);
void operation_end(struct operation *operation);

/* Each completes the reply. */
void operation_resolve(struct operation *operation, struct json_writer *writer);
void operation_reject(struct operation *operation, const struct problem *problem);
void operation_reject_store(struct operation *operation, enum store_status status,
                            const struct store_trouble *trouble);

/* Shorthands for operation_reject. */
void operation_reject_argument(struct operation *operation, const char *field, const char *detail);
void operation_reject_not_found(struct operation *operation, struct text id);
void operation_reject_permission(struct operation *operation, struct text id, const char *action);

/* A member that is a string, borrowed; no text for another type, null or nothing. */
struct text member_text(const json_t *object, const char *name);

/* Whether it is there and is not null. */
bool member_given(const json_t *object, const char *name);

enum { ORGANIZATION_ID_LIMIT = 128 }; /* Bytes. */

/*
 * Rejects with the field named, and returns false, unless the member is the ID of an organization.
 */
bool operation_take_organization(struct operation *operation, const json_t *object,
                                 const char *field, struct text *ret_organization_id);

#endif
