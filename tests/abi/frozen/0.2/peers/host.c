// SPDX-License-Identifier: MIT
/*
 * A host for ABI 0.2, on the header alone, for plugins of later versions. Prints TAP.
 *
 *     host PLUGIN GROWN_STRUCTS
 *
 * GROWN_STRUCTS is how many grown structs the plugin must find: 6 if both are grown, otherwise 0.
 * Built with a grown header, it also stands for a host of a later version with a plugin of 0.2.
 * Never edited.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/abi/frozen/0.2/peers/calls.h"

#define MUST_UNDERSTAND 0xFFFF0000u

static const char prefix[] = "{\"data\":{\"field\":";
enum { PREFIX_SIZE = sizeof prefix - 1, REPLY_LIMIT = 1 << 20 };

static const char *grown_structs;
static int reported;
static int logged;

__attribute__((format(printf, 2, 3))) static void report(int good, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    printf("%s %d - ", good ? "ok" : "not ok", ++reported);
    vprintf(format, arguments);
    printf("\n");
    va_end(arguments);
}

/* ---- Replies: one at a time ---- */

static struct {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    gql_reply reply;
    uint64_t handle; /* Of the open reply, or 0. */
    char *data;
    uint64_t capacity;
    uint64_t prefix_size; /* 0 for every other reply, which has no buffer when its call begins. */
    int resolved;
    char code[64];
    char errors[256]; /* The paths of the added errors, with a space after each. */
} open = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

/* A buffer of exactly this size, so that AddressSanitizer finds what is written beyond it. */
static void set_capacity(uint64_t capacity)
{
    open.data = realloc(open.data, (size_t)capacity);
    open.capacity = capacity;
    open.reply.data = open.data;
    open.reply.capacity = capacity;
}

static void open_reply(void)
{
    static uint64_t last;
    open.handle = ++last;
    open.prefix_size = last % 2 == 0 ? 0 : PREFIX_SIZE;
    open.resolved = 0;
    open.code[0] = open.errors[0] = '\0';
    open.reply = (gql_reply){.struct_size = sizeof open.reply,
                             .handle = open.handle,
                             .size = open.prefix_size,
                             GQL_GROWN};
    free(open.data);
    open.data = NULL;
    open.capacity = 0;
    if (open.prefix_size == 0)
        return;
    set_capacity(PREFIX_SIZE + 4);
    memcpy(open.data, prefix, PREFIX_SIZE);
}

/* Whether the plugin has changed nothing of the reply but its size. */
static int is_intact(uint64_t handle)
{
    const gql_reply *reply = &open.reply;
    int intact = reply->struct_size == sizeof *reply && reply->reserved == 0 &&
                 reply->handle == handle && reply->data == open.data &&
                 reply->capacity == open.capacity && reply->size >= open.prefix_size &&
                 reply->size <= open.capacity &&
                 (open.prefix_size == 0 || memcmp(reply->data, prefix, PREFIX_SIZE) == 0);
#if IS_GROWN
    const gql_reply grown = {GQL_GROWN};
    intact = intact && reply->grown_number == grown.grown_number &&
             reply->grown_text == grown.grown_text && reply->grown_function == grown.grown_function;
#endif
    return intact;
}

static int32_t reply_grow(const gql_host *host, uint64_t handle, uint64_t more)
{
    (void)host;
    int32_t code = GQL_OK;
    pthread_mutex_lock(&open.mutex);
    if (handle != open.handle)
        code = GQL_E_STALE_REPLY;
    else if (more > REPLY_LIMIT || open.reply.size + more > REPLY_LIMIT)
        code = GQL_E_LIMIT;
    else
        set_capacity(open.reply.size + more);
    pthread_mutex_unlock(&open.mutex);
    return code;
}

/* With the mutex. */
static int32_t complete(uint64_t handle, int resolved, const char *error_code)
{
    if (handle != open.handle)
        return GQL_E_STALE_REPLY;
    report(is_intact(handle), "the reply is as the host made it, but for its value");
    snprintf(open.code, sizeof open.code, "%s", error_code);
    open.resolved = resolved;
    open.handle = 0;
    pthread_cond_broadcast(&open.changed);
    return GQL_OK;
}

static int32_t reply_resolve(const gql_host *host, uint64_t handle)
{
    (void)host;
    pthread_mutex_lock(&open.mutex);
    const int32_t code = complete(handle, 1, "");
    pthread_mutex_unlock(&open.mutex);
    return code;
}

static int32_t reply_reject(const gql_host *host, uint64_t handle, const gql_error *error)
{
    (void)host;
    const int fits = GQL_FITS(error, GQL_ERROR_SIZE_0_2) && error->reserved == 0;
    pthread_mutex_lock(&open.mutex);
    const int32_t code = complete(handle, 0, fits ? error->code : "too small");
    pthread_mutex_unlock(&open.mutex);
    return code;
}

static int32_t reply_error(const gql_host *host, uint64_t handle, const gql_error *error)
{
    (void)host;
    if (!GQL_FITS(error, GQL_ERROR_SIZE_0_2) || error->reserved != 0 || error->code == NULL)
        return GQL_E_MISUSE;
    pthread_mutex_lock(&open.mutex);
    const size_t used = strlen(open.errors);
    if (handle == open.handle)
        snprintf(open.errors + used, sizeof open.errors - used, "%.*s ", (int)error->path_size,
                 error->path);
    const int32_t code = handle == open.handle ? GQL_OK : GQL_E_STALE_REPLY;
    pthread_mutex_unlock(&open.mutex);
    return code;
}

/* ---- Extensions ---- */

static void write_log(const gql_host *host, uint32_t level, const char *message, uint64_t size,
                      const char *trace_id)
{
    (void)host, (void)trace_id;
    logged += level == GQL_LOG_INFO && size == 7 && memcmp(message, "created", 7) == 0;
}

static int64_t unix_milliseconds(const gql_host *host)
{
    (void)host;
    return ASKED_AT;
}

static const gql_log log_extension = {.struct_size = sizeof log_extension,
                                      .level = GQL_LOG_INFO,
                                      .write = write_log,
                                      GQL_GROWN};
static const gql_clock clock_extension = {.struct_size = sizeof clock_extension,
                                          .unix_milliseconds = unix_milliseconds,
                                          GQL_GROWN};

static const void *extension(const gql_host *host, const char *id)
{
    (void)host;
    if (strcmp(id, GQL_EXT_LOG) == 0)
        return &log_extension;
    return strcmp(id, GQL_EXT_CLOCK) == 0 ? &clock_extension : NULL;
}

static const gql_host host_struct = {.struct_size = sizeof host_struct,
                                     .abi_major = 0,
                                     .abi_minor = 2,
                                     .name = "frozen",
                                     .version = "1.0.0",
                                     .reply_grow = reply_grow,
                                     .reply_resolve = reply_resolve,
                                     .reply_reject = reply_reject,
                                     .extension = extension,
                                     .reply_error = reply_error,
                                     GQL_GROWN};

/* ---- The plugin's tables ---- */

static int resolvers_fit(const gql_schema *schema)
{
    for (uint32_t i = 0; i < schema->resolver_count; i++) {
        const gql_resolver *resolver = schema->resolvers[i];
        if (!GQL_FITS(resolver, GQL_RESOLVER_SIZE_0_2) || resolver->flags & MUST_UNDERSTAND ||
            resolver->reserved != 0)
            return 0;
    }
    return 1;
}

static int tables_fit(const gql_schema *schema)
{
    int fit = GQL_FITS(schema, GQL_SCHEMA_SIZE_0_2) && schema->reserved == 0;
    for (uint32_t i = 0; fit && i < schema->part_count; i++)
        fit = GQL_FITS(schema->parts[i], GQL_SCHEMA_PART_SIZE_0_2);
    for (uint32_t i = 0; fit && i < schema->loader_count; i++)
        fit = GQL_FITS(schema->loaders[i], GQL_LOADER_SIZE_0_2) &&
              (schema->loaders[i]->flags & MUST_UNDERSTAND) == 0;
    return fit && resolvers_fit(schema);
}

static void check_plugin(const gql_plugin *plugin)
{
    report(plugin->abi_major == 0 && plugin->abi_minor == 2, "the plugin is written for 0.2");
    report(GQL_FITS(plugin, GQL_PLUGIN_SIZE_0_2) &&
               (plugin->flags & MUST_UNDERSTAND & ~GQL_PLUGIN_RESIDENT) == 0,
           "its struct is one of 0.2, or larger");
    report(tables_fit(plugin->schema), "so are its tables");
    const gql_loader *loader = plugin->schema->loaders[0];
    report(loader->owns("note-1", 6) == 1 && loader->owns("other", 5) == 0,
           "the loader tells its IDs from others");
    report(plugin->extension("unknown/1") == NULL, "it offers no unknown extension");
}

/* ---- Calls ---- */

static int is_expected(const struct asked *one)
{
    if (one->json == NULL)
        return !open.resolved;
    const char *json = strcmp(one->json, GROWN_STRUCTS) == 0 ? grown_structs : one->json;
    const uint64_t size = open.reply.size - open.prefix_size;
    return open.resolved && size == strlen(json) &&
           memcmp(open.data + open.prefix_size, json, size) == 0 &&
           strcmp(open.errors, one->errors) == 0;
}

static void ask(const gql_plugin *plugin, gql_instance *instance, const struct asked *one)
{
    open_reply();
    const gql_resolve_fn function = asked_function(one, plugin);
    const int32_t code = function(instance, one->call, &open.reply);
    pthread_mutex_lock(&open.mutex);
    while (code == GQL_PENDING && open.handle != 0)
        pthread_cond_wait(&open.changed, &open.mutex);
    report((code >= 0 && open.handle == 0) || (code == GQL_E_MISUSE && one->json == NULL),
           "%s.%s is completed, or refused", one->type, one->field ? one->field : "load");
    report(is_expected(one), "it answers as it must");
    if (!is_expected(one))
        printf("# %.*s, errors %s\n", (int)(open.reply.size - open.prefix_size),
               open.data == NULL ? "" : open.data + open.prefix_size, open.errors);
    pthread_mutex_unlock(&open.mutex);
}

static void check_late_call(const gql_plugin *plugin, gql_instance *instance)
{
    open_reply();
    const int32_t code = asked_function(&asked[0], plugin)(instance, asked[0].call, &open.reply);
    report(code == GQL_OK && strcmp(open.code, GQL_CODE_SERVICE_UNAVAILABLE) == 0,
           "a late call is rejected with SERVICE_UNAVAILABLE: %d %s", code, open.code);
}

/* ---- Life ---- */

static int failure_is_intact(const gql_failure *failure)
{
    int intact = failure->struct_size == sizeof *failure;
#if IS_GROWN
    const gql_failure grown = {GQL_GROWN};
    intact = intact && failure->grown_number == grown.grown_number &&
             failure->grown_text == grown.grown_text &&
             failure->grown_function == grown.grown_function;
#endif
    return intact;
}

static void check_wrong_config(const gql_plugin *plugin)
{
    gql_failure failure = {.struct_size = sizeof failure, GQL_GROWN};
    gql_instance *instance = NULL;
    const int32_t code = plugin->create(&host_struct, "{\"unknown\":1}", 13, &instance, &failure);
    report(code == GQL_E_CONFIG && failure.code == code && instance == NULL &&
               strstr(failure.message, "unknown") != NULL,
           "a wrong configuration is refused: %s", failure.message);
    report(failure_is_intact(&failure), "the failure is otherwise as the host made it");
}

static void serve(const gql_plugin *plugin)
{
    gql_failure failure = {.struct_size = sizeof failure, GQL_GROWN};
    gql_instance *instance = NULL;
    report(plugin->init(&host_struct, &failure) == GQL_OK, "the plugin starts");
    check_wrong_config(plugin);
    report(plugin->create(&host_struct, "{}", 2, &instance, &failure) == GQL_OK,
           "an instance is created");
    report(logged == 1, "it writes to the log");
    for (size_t i = 0; instance != NULL && i < asked_count; i++)
        ask(plugin, instance, &asked[i]);
    if (instance != NULL) {
        plugin->drain(instance);
        check_late_call(plugin, instance);
    }
    plugin->destroy(instance);
    plugin->deinit();
}

int main(int argument_count, char **arguments)
{
    void *code = argument_count == 3 ? dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    void *symbol = code == NULL ? NULL : dlsym(code, GQL_PLUGIN_ENTRY_SYMBOL);
    if (symbol == NULL) {
        printf("Bail out! %s\n", code == NULL ? dlerror() : "no entry");
        return 1;
    }
    grown_structs = arguments[2];
    gql_plugin_entry_fn entry;
    memcpy(&entry, &symbol, sizeof entry);
    const gql_plugin *plugin = entry(0, 2);
    report(plugin != NULL && entry(0, 2) == plugin, "the entry returns the plugin");
    check_plugin(plugin);
    serve(plugin);
    report(dlclose(code) == 0, "the plugin is unloaded");
    free(open.data);
    printf("1..%d\n", reported);
    return 0;
}
