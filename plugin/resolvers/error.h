// SPDX-License-Identifier: MIT
/* Errors as clients see them: GraphQL errors whose extensions are problem details (RFC 9457). */
#ifndef PLUGIN_RESOLVERS_ERROR_H
#define PLUGIN_RESOLVERS_ERROR_H

#include "plugin/base/text.h"
#include "plugin/instance/instance.h"

/* Code, slug of `type`, status, title. */
#define ERRORS(X)                                              \
    X(UNAUTHORIZED, "unauthorized", 401, "Unauthorized")       \
    X(PERMISSION_DENIED, "forbidden", 403, "Forbidden")        \
    X(NOT_FOUND, "not-found", 404, "Resource Not Found")       \
    X(VALIDATION_ERROR, "validation", 400, "Validation Error") \
    X(CONFLICT, "conflict", 409, "Optimistic Lock Conflict")   \
    X(INTERNAL_ERROR, "internal", 500, "Internal Error")       \
    X(SERVICE_UNAVAILABLE, "service-unavailable", 503, "Service Unavailable")

enum error_code {
#define ERROR_CONSTANT(code, slug, status, title) ERROR_##code,
    ERRORS(ERROR_CONSTANT)
#undef ERROR_CONSTANT
};

/* How many there are. */
#define ERROR_ONE(code, slug, status, title) +1
enum { ERROR_CODES = 0 ERRORS(ERROR_ONE) };
#undef ERROR_ONE

/* Members that do not belong to the code are ignored. */
struct error {
    enum error_code code;
    const char *detail;          /* One sentence for the client; no secret, path or SQL. */
    struct text entity_id;       /* NOT_FOUND, PERMISSION_DENIED, CONFLICT; no text: null.
                                    Longer than ECHO_MAX: left out. */
    const char *required_action; /* PERMISSION_DENIED */
    const char *field;           /* VALIDATION_ERROR: dotted path, or NULL. */
    const char *reason;          /* VALIDATION_ERROR: or NULL. */
    const char *outcome;         /* SERVICE_UNAVAILABLE: "unknown", or NULL. */
    const char *allowed_values;  /* VALIDATION_ERROR: JSON array, or NULL. */
    bool of_lease;               /* CONFLICT: not of an integration's version. */
    int64_t expected_version;    /* CONFLICT */
    int64_t current_version;     /* CONFLICT */
};

/* The trace ID of the request, or a random one, so that client and log share one. */
struct trace {
    char id[33];
};

struct trace trace_of(const gql_request *request);

/* Completes the reply with the error. `occurrence` is the request's `instance`, or NULL. */
void error_reject(const gql_instance *instance, uint64_t reply, const struct trace *trace,
                  const char *occurrence, const struct error *error);

/*
 * Adds the error to a reply that will be resolved, for the null at `path`. False if the host can't
 * take it.
 */
bool error_add(const gql_instance *instance, uint64_t reply, const struct trace *trace,
               const char *occurrence, const struct error *error, const char *path);

#endif
