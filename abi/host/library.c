// SPDX-License-Identifier: MIT
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/host/base/failure.h"
#include "abi/host/code.h"
#include "abi/host/library.h"
#include "abi/host/plugin_validation.h"
#include "abi/host/runtime.h"
#include "gql_host.h"

struct gql_library {
    gql_runtime *runtime;
    const gql_plugin *plugin;
    char *path;
    void *code;
    _Atomic uint64_t instances;
};

/* Serializes init and deinit: a file may be opened twice at the same time. */
static pthread_mutex_t control = PTHREAD_MUTEX_INITIALIZER;

static int32_t fail_no_entry(const gql_library *library, gql_failure *failure)
{
    for (unsigned major = 0; major < 10; major++) {
        char symbol[32];
        snprintf(symbol, sizeof symbol, "gql_plugin_entry_v%u", major);
        if (dlsym(library->code, symbol) != NULL)
            return gql_fail(failure, GQL_E_VERSION,
                            "%s: a plugin for version %u of the plugin ABI (it exports %s), but "
                            "this host implements %u.%u",
                            library->path, major, symbol, GQL_ABI_MAJOR, GQL_ABI_MINOR);
    }
    return gql_fail(failure, GQL_E_UNAVAILABLE,
                    "%s: not a plugin: it does not export the symbol %s", library->path,
                    GQL_PLUGIN_ENTRY_SYMBOL);
}

static int32_t enter(gql_library *library, gql_failure *failure)
{
    void *symbol = dlsym(library->code, GQL_PLUGIN_ENTRY_SYMBOL);
    if (symbol == NULL)
        return fail_no_entry(library, failure);
    gql_plugin_entry_fn entry;
    /* ISO C has no conversion of an object pointer to a function pointer. */
    memcpy(&entry, &symbol, sizeof entry);
    library->plugin = entry(GQL_ABI_MAJOR, GQL_ABI_MINOR);
    if (library->plugin == NULL)
        return gql_fail(failure, GQL_E_VERSION,
                        "%s: the plugin does not support hosts of plugin ABI %u.%u", library->path,
                        GQL_ABI_MAJOR, GQL_ABI_MINOR);
    return gql_plugin_validate(library->path, library->plugin, failure);
}

/*
 * Passes on the failure of a plugin's function. Whatever the plugin returns, the result is a
 * negative code and a message.
 */
static int32_t take_failure(const gql_library *library, const char *function, int32_t code,
                            gql_failure *from, gql_failure *failure)
{
    from->message[sizeof from->message - 1] = '\0';
    if (code > 0)
        return gql_fail(failure, GQL_E_MISUSE, "%s: %s returned %d, which is not a code of the ABI",
                        library->path, function, (int)code);
    if (code < GQL_E_LIMIT) /* Of a newer version of the ABI. */
        code = GQL_E_UNAVAILABLE;
    if (from->message[0] == '\0')
        return gql_fail(failure, code, "%s: %s failed with code %d and no message", library->path,
                        function, (int)code);
    return gql_fail(failure, code, "%s: %s", library->path, from->message);
}

static int32_t initialize(gql_library *library, gql_failure *failure)
{
    gql_failure from = {.struct_size = sizeof from};
    pthread_mutex_lock(&control);
    const int32_t code = library->plugin->init(gql_runtime_host(library->runtime), &from);
    pthread_mutex_unlock(&control);
    return code == GQL_OK ? GQL_OK : take_failure(library, "init", code, &from, failure);
}

static void forget(gql_library *library, bool unload)
{
    const gql_plugin *plugin = library->plugin; /* May have been refused. */
    const bool resident = plugin != NULL && GQL_HAS(plugin, flags) &&
                          (plugin->flags & GQL_PLUGIN_RESIDENT) != 0;
    if (library->code != NULL && unload && !resident)
        dlclose(library->code);
    free(library->path);
    free(library);
}

static int32_t open_library(gql_runtime *runtime, const char *path, gql_library **ret_library,
                            gql_failure *failure)
{
    int32_t code = GQL_OK;
    gql_library *library = calloc(1, sizeof *library);
    if (library == NULL)
        return gql_fail_no_memory(failure);
    library->runtime = runtime;
    library->path = realpath(path, NULL);
    if (library->path == NULL)
        code = errno == ENOMEM
                   ? gql_fail_no_memory(failure)
                   : gql_fail(failure, GQL_E_UNAVAILABLE, "%s: %s", path, strerror(errno));
    if (code == GQL_OK)
        code = code_map(runtime, path, library->path, &library->code, failure);
    if (code == GQL_OK)
        code = enter(library, failure);
    if (code == GQL_OK)
        code = initialize(library, failure);
    if (code == GQL_OK)
        *ret_library = library;
    else
        forget(library, true);
    return code;
}

int32_t gql_library_open(gql_runtime *runtime, const char *path, gql_library **ret_library,
                         gql_failure *failure)
{
    if (runtime == NULL || path == NULL || ret_library == NULL)
        return gql_fail(failure, GQL_E_MISUSE,
                        "gql_library_open: runtime, path and ret_library must not be NULL");
    const int32_t code = open_library(runtime, path, ret_library, failure);
    gql_runtime_note_load(runtime, code);
    return code;
}

void gql_library_close(gql_library **library, bool unload)
{
    if (library == NULL || *library == NULL)
        return;
    gql_library *old = *library;
    *library = NULL;
    /* While instances live, their threads may run: neither deinit nor dlclose is safe. */
    const bool idle = atomic_load(&old->instances) == 0;
    if (idle) {
        pthread_mutex_lock(&control);
        old->plugin->deinit();
        pthread_mutex_unlock(&control);
    }
    forget(old, unload && idle);
}

const gql_plugin *gql_library_plugin(const gql_library *library)
{
    return library->plugin;
}

gql_runtime *gql_library_runtime(const gql_library *library)
{
    return library->runtime;
}

const char *gql_library_path(const gql_library *library)
{
    return library->path;
}

int32_t gql_instance_create(gql_library *library, const char *config, size_t config_size,
                            gql_instance **ret_instance, gql_failure *failure)
{
    if (library == NULL || config == NULL || ret_instance == NULL)
        return gql_fail(failure, GQL_E_MISUSE,
                        "gql_instance_create: library, config and ret_instance must not be NULL");
    gql_failure from = {.struct_size = sizeof from};
    gql_instance *instance = NULL;
    const int32_t code = library->plugin->create(gql_runtime_host(library->runtime), config,
                                                 config_size, &instance, &from);
    if (code != GQL_OK)
        return take_failure(library, "create", code, &from, failure);
    if (instance == NULL)
        return gql_fail(failure, GQL_E_MISUSE, "%s: create returned GQL_OK but no instance",
                        library->path);
    atomic_fetch_add(&library->instances, 1);
    *ret_instance = instance;
    return GQL_OK;
}

static const void *find_extension(const gql_plugin *plugin, const char *id)
{
    return plugin->extension == NULL ? NULL : plugin->extension(id);
}

const gql_events *gql_library_events(const gql_library *library)
{
    const gql_events *events = find_extension(library->plugin, GQL_EXT_EVENTS);
    const bool whole = events != NULL && GQL_FITS(events, GQL_EVENTS_SIZE_0_2) &&
                       events->reserved == 0 && events->read != NULL && events->claim != NULL &&
                       events->acknowledge != NULL && events->watch != NULL;
    return whole ? events : NULL;
}

uint32_t gql_instance_health(const gql_library *library, gql_instance *instance, char *reason,
                             size_t reason_size)
{
    const gql_health *health = find_extension(library->plugin, GQL_EXT_HEALTH);
    if (reason_size > 0)
        reason[0] = '\0';
    if (health == NULL || !GQL_FITS(health, GQL_HEALTH_SIZE_0_2) || health->check == NULL)
        return GQL_HEALTH_OK;
    uint32_t found = health->check(instance, reason, reason_size);
    if (found > GQL_HEALTH_FAILED)
        found = GQL_HEALTH_FAILED;
    if (reason_size > 0)
        reason[found == GQL_HEALTH_OK ? 0 : reason_size - 1] = '\0';
    if (found != GQL_HEALTH_OK && reason_size > 0 && reason[0] == '\0')
        snprintf(reason, reason_size, "The plugin gives no reason");
    return found;
}

void gql_instance_drain(gql_library *library, gql_instance *instance)
{
    if (instance != NULL)
        library->plugin->drain(instance);
}

void gql_instance_destroy(gql_library *library, gql_instance **instance)
{
    if (instance == NULL || *instance == NULL)
        return;
    library->plugin->drain(*instance);
    gql_runtime_await_calls(library->runtime, *instance);
    library->plugin->destroy(*instance);
    *instance = NULL;
    atomic_fetch_sub(&library->instances, 1);
}
