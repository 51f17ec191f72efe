// SPDX-License-Identifier: MIT
/* Errors as clients see them: GraphQL errors whose extensions are problem details (RFC 9457). */
#ifndef RESOLVERS_PROBLEM_H
#define RESOLVERS_PROBLEM_H

#include "plugin/base/text.h"
#include "plugin/instance.h"

/* Code, slug of `type`, status, title. */
#define PROBLEMS(X)                                            \
    X(UNAUTHORIZED, "unauthorized", 401, "Unauthorized")       \
    X(PERMISSION_DENIED, "forbidden", 403, "Forbidden")        \
    X(NOT_FOUND, "not-found", 404, "Resource Not Found")       \
    X(VALIDATION_ERROR, "validation", 400, "Validation Error") \
    X(CONFLICT, "conflict", 409, "Optimistic Lock Conflict")   \
    X(INTERNAL_ERROR, "internal", 500, "Internal Error")       \
    X(SERVICE_UNAVAILABLE, "service-unavailable", 503, "Service Unavailable")

enum problem_kind {
#define PROBLEM_CONSTANT(code, slug, status, title) PROBLEM_##code,
    PROBLEMS(PROBLEM_CONSTANT)
#undef PROBLEM_CONSTANT
};

/* What to say; members that do not go with the kind are left out. */
struct problem {
    enum problem_kind kind;
    /* One sentence for the client; never a secret, a path or SQL. */
    const char *detail;
    /* NOT_FOUND, PERMISSION_DENIED, CONFLICT: no text where there is no such thing yet. */
    struct text entity_id;
    const char *required_action; /* PERMISSION_DENIED */
    const char *field;           /* VALIDATION_ERROR: dotted path, or NULL. */
    const char *reason;          /* VALIDATION_ERROR: or NULL. */
    const char *allowed_values;  /* VALIDATION_ERROR: JSON array, or NULL. */
    int64_t expected_version;    /* CONFLICT */
    int64_t current_version;     /* CONFLICT */
};

/*
 * The trace id that the request came with, or one made up, so that client and log have the same in
 * hand.
 */
struct trace {
    char id[33];
};

struct trace trace_of(const gql_request *request);

/* Completes the reply with the problem. `about` is the request's `instance`, or NULL. */
void problem_reject(const gql_instance *instance, uint64_t reply, const struct trace *trace,
                    const char *about, const struct problem *problem);

#endif
