// SPDX-License-Identifier: MIT
#ifndef MOCK_INTERNAL_H
#define MOCK_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "tests/support/mock_host.h"

enum { MOCK_INSTANCES = 64 };

/* The state of an instance. Guarded by mock_host.mutex. */
struct mock_instance {
    gql_instance *instance;
    /* Calls that returned GQL_PENDING before drain began and are not yet answered. */
    size_t under_way;
    bool draining;
    bool drained;
};

struct mock_host {
    struct mock_options options;
    gql_runtime *runtime;
    gql_library *library;
    gql_schema_document *document; /* The merged schema. */
    pthread_mutex_t mutex;
    struct mock_instance instances[MOCK_INSTANCES];
    char **log_lines;
    size_t log_count;
    size_t log_room;
    _Atomic int64_t now_ms;
    _Atomic bool live; /* From before init until deinit has returned. */
    size_t threads_before;
    size_t files_before;
};

__attribute__((format(printf, 1, 2))) void mock_violation(const char *format, ...);

/* The entry of an instance. mock_host.mutex is held. It is a violation if there is none. */
struct mock_instance *mock_instance_entry(struct mock_host *host, const gql_instance *instance);

bool mock_is_utf8(const char *text, size_t size);

#endif
