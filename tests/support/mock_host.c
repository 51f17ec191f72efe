// SPDX-License-Identifier: MIT
#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/support/mock_internal.h"
#include "vault/utf8.h"

enum { QUARANTINE = 512 };

const char mock_minimal_sdl[] = "interface Node { id: ID! }\n"
                                "type Query { node(id: ID!): Node }\n"
                                "type Mutation { nothing: Boolean }\n";

static mock_violation_fn violation_handler;
static _Atomic int open_hosts;

void mock_on_violation(mock_violation_fn on_violation)
{
    violation_handler = on_violation;
}

static mock_log_fn log_hook;

void mock_on_log(mock_log_fn on_log)
{
    log_hook = on_log;
}

void mock_violation(const char *format, ...)
{
    char message[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (violation_handler != NULL) {
        violation_handler(message);
        return;
    }
    fprintf(stderr, "mock host: violation: %s\n", message);
    abort();
}

/* ---- Functions that the plugin calls ---- */

bool mock_is_utf8(const char *text, size_t size)
{
    return vault_utf8_is_valid(text, size); /* Takes no memory, which may be failing. */
}

static bool is_trace_id(const char *text)
{
    return strspn(text, "0123456789abcdef") == 32 && text[32] == '\0';
}

static void check_log(const struct mock_host *host, uint32_t level, const char *message,
                      size_t size, const char *trace_id)
{
    if (!atomic_load(&host->live))
        mock_violation("a log line outside init and deinit: %.*s", (int)size, message);
    if (level < GQL_LOG_ERROR || level > GQL_LOG_DEBUG)
        mock_violation("a log line with the unknown level %u: %.*s", level, (int)size, message);
    if (memchr(message, '\n', size) != NULL || !mock_is_utf8(message, size))
        mock_violation("a log line is not one line of UTF-8: %.*s", (int)size, message);
    if (trace_id != NULL && !is_trace_id(trace_id))
        mock_violation("a log line with an invalid trace ID: %s", trace_id);
}

static void keep_log(void *user, uint32_t level, const char *message, size_t size,
                     const char *trace_id)
{
    struct mock_host *host = user;
    check_log(host, level, message, size, trace_id);
    char *line = strndup(message, size);
    if (log_hook != NULL)
        log_hook(line);
    pthread_mutex_lock(&host->mutex);
    if (host->log_count == host->log_room) {
        host->log_room = host->log_room * 2 + 16;
        host->log_lines = realloc(host->log_lines, host->log_room * sizeof *host->log_lines);
    }
    host->log_lines[host->log_count++] = line;
    pthread_mutex_unlock(&host->mutex);
}

static int64_t read_now(void *user)
{
    const struct mock_host *host = user;
    if (!atomic_load(&host->live))
        mock_violation("the clock was read outside init and deinit");
    return atomic_load(&host->now_ms);
}

static void on_misuse(void *user, gql_misuse misuse)
{
    const struct mock_host *host = user;
    if (!host->options.tolerate_misuse)
        mock_violation("the plugin broke the contract: %s", gql_misuse_name(misuse));
}

const char *mock_find_log(struct mock_host *host, size_t *position, const char *text)
{
    const char *found = NULL;
    pthread_mutex_lock(&host->mutex);
    while (found == NULL && *position < host->log_count) {
        const char *line = host->log_lines[(*position)++];
        found = strstr(line, text) == NULL ? NULL : line;
    }
    pthread_mutex_unlock(&host->mutex);
    return found;
}

size_t mock_log_count(struct mock_host *host)
{
    pthread_mutex_lock(&host->mutex);
    const size_t count = host->log_count;
    pthread_mutex_unlock(&host->mutex);
    return count;
}

/* ---- Opening and closing ---- */

static size_t count_entries(const char *path)
{
    size_t count = 0;
    DIR *folder = opendir(path);
    while (folder != NULL && readdir(folder) != NULL)
        count++;
    if (folder != NULL)
        closedir(folder);
    return count;
}

static void bind_schema(struct mock_host *host)
{
    const char *sdl = host->options.host_sdl;
    gql_failure failure = {.struct_size = sizeof failure};
    gql_binding *binding = NULL;
    if (gql_bind(gql_library_plugin(host->library), sdl, strlen(sdl), &binding, &failure) !=
        GQL_OK) {
        mock_violation("the schema can't be bound: %s", failure.message);
        return;
    }
    for (size_t i = 0; i < binding->conflict_count; i++)
        mock_violation("conflict %zu of %zu: %s", i + 1, binding->conflict_count,
                       binding->conflicts[i]);
    char *merged = NULL;
    const int size = asprintf(&merged, "%s\n%s", sdl, binding->sdl);
    if (size < 0 ||
        gql_schema_document_parse(merged, (size_t)size, &host->document, &failure) != GQL_OK)
        mock_violation("the merged schema can't be parsed: %s", failure.message);
    free(merged);
    gql_binding_destroy(&binding);
}

struct mock_host *mock_open(const char *plugin_path, const struct mock_options *options)
{
    struct mock_host *host = calloc(1, sizeof *host);
    if (options != NULL)
        host->options = *options;
    if (host->options.host_sdl == NULL)
        host->options.host_sdl = mock_minimal_sdl;
    pthread_mutex_init(&host->mutex, NULL);
    atomic_store(&host->now_ms, host->options.now_ms);
    host->threads_before = count_entries("/proc/self/task");
    host->files_before = count_entries("/proc/self/fd");
    const gql_runtime_options runtime = {.name = "mock",
                                         .version = "1.0.0",
                                         .user = host,
                                         .log = keep_log,
                                         .log_level = GQL_LOG_DEBUG,
                                         .unix_milliseconds = host->options.now_ms == 0 ? NULL
                                                                                        : read_now,
                                         .on_misuse = on_misuse,
                                         .reply_limit = host->options.reply_limit,
                                         .quarantine = QUARANTINE,
                                         .reply_prefix = "what the host has written"};
    gql_failure failure = {.struct_size = sizeof failure};
    atomic_store(&host->live, true);
    atomic_fetch_add(&open_hosts, 1);
    if (gql_runtime_create(&runtime, &host->runtime, &failure) != GQL_OK ||
        gql_library_open(host->runtime, plugin_path, &host->library, &failure) != GQL_OK)
        mock_violation("the plugin can't be opened: %s", failure.message);
    bind_schema(host);
    return host;
}

static bool is_mapped(const char *path)
{
    char line[4096];
    bool found = false;
    FILE *maps = fopen("/proc/self/maps", "re");
    while (maps != NULL && !found && fgets(line, sizeof line, maps) != NULL)
        found = strstr(line, path) != NULL;
    if (maps != NULL)
        fclose(maps);
    return found;
}

/* A joined thread remains in /proc for a moment. */
static size_t settle_threads(size_t expected)
{
    size_t threads = count_entries("/proc/self/task");
    for (int i = 0; i < 200 && threads > expected; i++) {
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
        threads = count_entries("/proc/self/task");
    }
    return threads;
}

static void check_leftovers(const struct mock_host *host, const char *path)
{
    const size_t threads = settle_threads(host->threads_before);
    const size_t files = count_entries("/proc/self/fd");
    if (threads > host->threads_before)
        mock_violation("deinit left %zu threads", threads - host->threads_before);
    if (files > host->files_before)
        mock_violation("deinit left %zu open files", files - host->files_before);
    if (atomic_load(&open_hosts) == 0 && is_mapped(path))
        mock_violation("%s is still mapped after dlclose", path);
}

void mock_close(struct mock_host **host)
{
    if (host == NULL || *host == NULL)
        return;
    struct mock_host *old = *host;
    for (size_t i = 0; i < MOCK_INSTANCES; i++)
        if (old->instances[i].instance != NULL)
            mock_violation("mock_close was called, but an instance is not destroyed");
    char *path = strdup(gql_library_path(old->library));
    gql_library_close(&old->library, true);
    atomic_store(&old->live, false);
    if (gql_runtime_pending(old->runtime) != 0)
        mock_violation("deinit returned, but calls are pending");
    gql_runtime_destroy(&old->runtime);
    atomic_fetch_sub(&open_hosts, 1);
    check_leftovers(old, path);
    free(path);
    gql_schema_document_destroy(&old->document);
    for (size_t i = 0; i < old->log_count; i++)
        free(old->log_lines[i]);
    free(old->log_lines);
    pthread_mutex_destroy(&old->mutex);
    free(old);
    *host = NULL;
}

gql_runtime *mock_runtime(struct mock_host *host)
{
    return host->runtime;
}

gql_library *mock_library(struct mock_host *host)
{
    return host->library;
}

const gql_plugin *mock_plugin(struct mock_host *host)
{
    return gql_library_plugin(host->library);
}

void mock_set_now(struct mock_host *host, int64_t now_ms)
{
    atomic_store(&host->now_ms, now_ms);
}
