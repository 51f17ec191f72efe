// SPDX-License-Identifier: MIT
/* The metrics of a plugin, and of the host library itself. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "abi/host/runtime.h"
#include "abi/host/signature/trust.h"
#include "gql_host.h"

static const gql_metrics *metrics_of(const gql_plugin *plugin)
{
    const gql_metrics *metrics = plugin->extension == NULL ? NULL
                                                           : plugin->extension(GQL_EXT_METRICS);
    return metrics != NULL && GQL_FITS(metrics, GQL_METRICS_SIZE_0_2) ? metrics : NULL;
}

int32_t gql_library_metrics(const gql_library *library, gql_instance *instance,
                            uint32_t organizations, gql_metrics_fn take, void *user)
{
    const gql_metrics *metrics = metrics_of(gql_library_plugin(library));
    const gql_metrics_query query = {.struct_size = sizeof query, .organizations = organizations};
    if (metrics == NULL || metrics->read == NULL)
        return GQL_OK;
    return metrics->read(instance, &query, take, user);
}

/* ---- The library's own ---- */

struct family {
    const char *name;
    const char *kind;
    const char *unit;
    const char *description;
    void (*write)(FILE *file, const gql_runtime *runtime); /* The points. */
};

static void write_point(FILE *file, bool first, const char *attribute, const char *value,
                        uint64_t number)
{
    fprintf(file, "%s{\"attributes\":{", first ? "" : ",");
    if (value != NULL)
        fprintf(file, "\"%s\":\"%s\"", attribute, value);
    fprintf(file, "},\"value\":%" PRIu64 "}", number);
}

static void write_calls(FILE *file, const gql_runtime *runtime)
{
    write_point(file, true, "", NULL, gql_runtime_pending(runtime));
}

static void write_misuses(FILE *file, const gql_runtime *runtime)
{
    for (gql_misuse misuse = 0; misuse < GQL_MISUSE_COUNT; misuse++)
        write_point(file, misuse == 0, "error.type", gql_misuse_name(misuse),
                    gql_runtime_misuses(runtime, misuse));
}

static void write_loads(FILE *file, const gql_runtime *runtime)
{
    /* By the code, made positive. */
    static const char *const names[RUNTIME_LOADS] = {
        NULL, "misuse", "no_memory", "stale_reply", "version", "config", "unavailable", "limit",
    };
    for (int code = 0; code < RUNTIME_LOADS; code++)
        write_point(file, code == 0, "error.type", names[code], gql_runtime_loads(runtime, code));
}

static void write_distrusts(FILE *file, const gql_runtime *runtime)
{
    (void)runtime; /* Those that were refused their plugins may be gone. */
    for (enum distrust distrust = 0; distrust < DISTRUST_COUNT; distrust++)
        write_point(file, distrust == 0, "error.type", distrust_name(distrust),
                    distrust_count(distrust));
}

static const struct family families[] = {
    {"graphql.host.calls", "updowncounter", "{call}", "Calls of plugins under way", write_calls},
    {"graphql.host.misuses", "counter", "{misuse}",
     "How often plugins broke the contract, such as by a stale reply", write_misuses},
    {"graphql.host.plugin.loads", "counter", "{load}",
     "Files that were loaded as plugins, or refused", write_loads},
    {"graphql.host.plugin.distrusts", "counter", "{load}",
     "Files that were refused because they are not trusted", write_distrusts},
};

static void write_all(FILE *file, const gql_runtime *runtime)
{
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        fprintf(file,
                "%c{\"name\":\"%s\",\"kind\":\"%s\",\"unit\":\"%s\",\"description\":\"%s\","
                "\"points\":[",
                i == 0 ? '[' : ',', families[i].name, families[i].kind, families[i].unit,
                families[i].description);
        families[i].write(file, runtime);
        fputs("]}", file);
    }
    fputc(']', file);
}

int32_t gql_runtime_metrics(const gql_runtime *runtime, gql_metrics_fn take, void *user)
{
    char *json = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&json, &size);
    if (file == NULL)
        return GQL_E_NO_MEMORY;
    write_all(file, runtime);
    const bool written = ferror(file) == 0;
    const int32_t code = fclose(file) == 0 && written ? GQL_OK : GQL_E_NO_MEMORY;
    if (code == GQL_OK)
        take(user, json, size);
    free(json);
    return code;
}
