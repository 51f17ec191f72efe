// SPDX-License-Identifier: MIT
/*
 * One call under way: what every resolver does before and after its own work. A resolver embeds the
 * operation as the first member of a struct of its own.
 *
 * An operation ends when it is completed: each function below that completes it returns GQL_OK, for
 * the resolver to return, and the operation is gone.
 */
#ifndef PLUGIN_RESOLVERS_OPERATION_H
#define PLUGIN_RESOLVERS_OPERATION_H

#include <jansson.h>

#include "plugin/base/json_writer.h"
#include "plugin/base/tally.h"
#include "plugin/instance/instance.h"
#include "plugin/resolvers/error.h"
#include "plugin/resolvers/output.h"

struct operation;

/* What is the same for all operations of one resolver. */
struct operation_type {
    size_t size; /* Of the resolver's struct, whose members are zeroed before `start`. */
    /* Takes the arguments and starts the work. Returns what a resolver returns. */
    int32_t (*start)(struct operation *operation);
    /* Frees what the resolver's own members hold, also if they are still zeroed; or NULL. */
    void (*finish)(struct operation *operation);
    const struct output_type *output; /* What it answers with; NULL: nothing that can be chosen. */
    bool writes;                      /* Errors of the service then say that nothing was changed. */
    enum tally_field field;
};

struct operation {
    const struct operation_type *type;
    gql_instance *instance;
    const gql_request *request;
    gql_reply *reply;
    struct output output;
    json_t *arguments;           /* An object, whose strings may hold lone surrogates (WTF-8). */
    struct text response_name;   /* Of a mutation; no text: the host does not tell. */
    struct text organization_id; /* Whose data it is about, for the log; no text: not known. */
    int ticket;                  /* Of the instance's gate. */
    uint64_t began;              /* CLOCK_MONOTONIC, nanoseconds. */
    bool fails_in_part;          /* operation_note_failure. */
    struct store_read read;
};

/*
 * The whole of a resolver: admits the call, parses its arguments, and starts the operation. Rejects
 * the call if nobody is authenticated, the instance drains, the deadline has passed, and the like.
 */
int32_t operation_serve(const struct operation_type *type, gql_instance *instance,
                        const gql_call *call, gql_reply *reply);

struct deadline operation_deadline(const struct operation *operation);

/*
 * Starts a read (store_read) whose `run` and `done` find the operation by operation_of_read; so
 * does its `miss`, which may be set before.
 */
int32_t operation_read(struct operation *operation, struct store_route route,
                       enum store_status (*run)(struct store_read *, struct store_reader *),
                       int32_t (*done)(struct store_read *));
struct operation *operation_of_read(struct store_read *read);

/* ---- What fails in part ---- */

/* What the operator hears of it: once for each call. */
void operation_note_failure(struct operation *operation, const struct trace *trace,
                            enum store_status status, const struct store_detail *detail);

/*
 * Says why there will be a null in the value, at `path` (gql_error), after operation_note_failure.
 * False if the host has no room for that: then the null would say something else.
 */
bool operation_explain_null(struct operation *operation, const struct trace *trace,
                            const char *path, enum store_status status);

/* ---- Completing ---- */

int32_t operation_resolve(struct operation *operation, struct json_writer *writer);
int32_t operation_reject(struct operation *operation, const struct error *error);

/* Shorthands for operation_reject. */
int32_t operation_reject_store(struct operation *operation, enum store_status status,
                               const struct store_detail *detail);
int32_t operation_reject_argument(struct operation *operation, const char *field,
                                  const char *detail);
int32_t operation_reject_not_found(struct operation *operation, struct text id);
int32_t operation_reject_unavailable(struct operation *operation, const char *detail);

#endif
