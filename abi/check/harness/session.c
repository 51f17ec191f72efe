// SPDX-License-Identifier: MIT
#include "abi/check/harness/session.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/check/harness/config_paths.h"
#include "abi/check/inspect/meter.h"

const char session_bare_sdl[] = "type Query { gqlPluginCheck: Boolean }\n"
                                "type Mutation { gqlPluginCheck: Boolean }\n"
                                "type Subscription { gqlPluginCheck: Boolean }\n";

_Atomic uint64_t session_misuses[GQL_MISUSE_COUNT];

void *session_map(struct check_run *run)
{
    /* dlopen searches the library path for names without a slash. */
    char *path = realpath(run->options->plugin, NULL);
    void *code = path == NULL ? NULL : dlopen(path, RTLD_NOW | RTLD_LOCAL);
    free(path);
    return code;
}

static gql_plugin_entry_fn find_entry(struct check_run *run)
{
    void *code = session_map(run);
    void *symbol = code == NULL ? NULL : dlsym(code, GQL_PLUGIN_ENTRY_SYMBOL);
    gql_plugin_entry_fn entry;
    /* ISO C has no conversion of an object pointer to a function pointer. */
    memcpy(&entry, &symbol, sizeof entry);
    return entry;
}

gql_plugin_entry_fn session_entry(struct check_run *run)
{
    const gql_plugin_entry_fn entry = find_entry(run);
    if (entry == NULL)
        check_skip(run, "the plugin does not export %s", GQL_PLUGIN_ENTRY_SYMBOL);
    return entry;
}

const gql_plugin *session_try_plugin(struct check_run *run)
{
    const gql_plugin_entry_fn entry = find_entry(run);
    if (entry == NULL)
        return NULL;
    check_step(GQL_PLUGIN_ENTRY_SYMBOL);
    const gql_plugin *plugin = entry(GQL_ABI_MAJOR, GQL_ABI_MINOR);
    check_step_done();
    return plugin;
}

const gql_plugin *session_plugin(struct check_run *run)
{
    if (session_entry(run) == NULL)
        return NULL;
    const gql_plugin *plugin = session_try_plugin(run);
    if (plugin == NULL)
        check_skip(run, "the entry returns NULL");
    return plugin;
}

static void count_misuse(void *user, gql_misuse misuse)
{
    (void)user;
    atomic_fetch_add(&session_misuses[misuse], 1);
}

static void print_log(void *user, uint32_t level, const char *message, size_t size,
                      const char *trace_id)
{
    (void)user, (void)trace_id;
    if (level <= GQL_LOG_WARNING)
        fprintf(stderr, "log: %.*s\n", (int)size, message);
}

bool session_open(struct check_run *run, size_t quarantine, struct session *session)
{
    return session_open_prefixed(run, quarantine, NULL, session);
}

bool session_open_prefixed(struct check_run *run, size_t quarantine, const char *reply_prefix,
                           struct session *session)
{
    gql_failure failure = {.struct_size = sizeof failure};
    *session = (struct session){.run = run};
    const gql_runtime_options options = {.name = "gql-plugin-check",
                                         .version = "1",
                                         .log = print_log,
                                         .log_level = GQL_LOG_WARNING,
                                         .on_misuse = count_misuse,
                                         .quarantine = quarantine,
                                         .reply_prefix = reply_prefix};
    check_step("init");
    if (gql_runtime_create(&options, &session->runtime, &failure) != GQL_OK ||
        gql_library_open(session->runtime, run->options->plugin, &session->library, &failure) !=
            GQL_OK)
        check_fail(run, "%s", check_without_path(run, failure.message));
    else
        session->plugin = gql_library_plugin(session->library);
    check_step_done();
    return session->library != NULL;
}

/* Replaces {scratch} in a configuration by the folder. */
static char *place_scratch(const char *config, const char *scratch)
{
    static const char mark[] = "{scratch}";
    char *placed =
        calloc(1, strlen(config) / (sizeof mark - 1) * strlen(scratch) + strlen(config) + 1);
    char *end = placed;
    for (const char *found; placed != NULL && (found = strstr(config, mark)) != NULL;
         config = found + sizeof mark - 1) {
        end = mempcpy(end, config, (size_t)(found - config));
        end = stpcpy(end, scratch);
    }
    return placed == NULL ? NULL : (stpcpy(end, config), placed);
}

/* The configuration as create gets it. NULL if out of memory. */
static char *complete(const struct session *session, const char *config, const char *file)
{
    char *placed = place_scratch(config, session->run->scratch);
    char *completed = placed == NULL ? NULL : config_paths_resolve(session->plugin, placed, file);
    free(placed);
    return completed;
}

/* Lists the required settings at the top of the configuration. False if there are none. */
static bool list_required(const gql_plugin *plugin, char *list, size_t size)
{
    json_t *schema = json_loadb(plugin->config_schema, (size_t)plugin->config_schema_size, 0, NULL);
    size_t index;
    json_t *name;
    size_t used = 0;
    list[0] = '\0';
    json_array_foreach(json_object_get(schema, "required"), index, name) {
        const int more = snprintf(list + used, size - used, "%s`%s`", used == 0 ? "" : ", ",
                                  json_string_value(name));
        used = more < 0 || used + (size_t)more >= size ? used : used + (size_t)more;
    }
    json_decref(schema);
    return used > 0;
}

bool session_configure(struct session *session)
{
    const struct check_options *options = session->run->options;
    char required[512];
    if (options->configs[0] == NULL && list_required(session->plugin, required, sizeof required)) {
        check_skip(session->run, "needs --config: the plugin requires the setting%s %s",
                   strchr(required, ',') == NULL ? "" : "s", required);
        return false;
    }
    const char *first = options->configs[0] == NULL ? "{}" : options->configs[0];
    const char *second = options->configs[1] == NULL ? first : options->configs[1];
    const char *const *files = options->config_files;
    session->configs[0] = complete(session, first, files[0]);
    session->configs[1] = complete(session, second, files[options->configs[1] == NULL ? 0 : 1]);
    if (session->configs[0] == NULL || session->configs[1] == NULL)
        check_skip(session->run, "the tool is out of memory");
    return session->configs[0] != NULL && session->configs[1] != NULL;
}

static void set_schema(struct session *session, const char *host_sdl, const gql_binding *binding)
{
    gql_failure failure = {.struct_size = sizeof failure};
    const int size = asprintf(&session->sdl, "%s\n%s", host_sdl, binding->sdl);
    if (size < 0 || gql_schema_document_parse(session->sdl, (size_t)size, &session->document,
                                              &failure) != GQL_OK)
        check_skip(session->run, "the schema can't be parsed: %s", failure.message);
}

bool session_bind(struct session *session)
{
    const char *given = session->run->options->host_sdl;
    const char *host_sdl = given == NULL ? session_bare_sdl : given;
    gql_binding *binding = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    if (gql_bind(session->plugin, host_sdl, strlen(host_sdl), &binding, &failure) != GQL_OK)
        check_skip(session->run, "the schema does not bind: %s", failure.message);
    else if (binding->conflict_count > 0)
        check_skip(session->run, "the schema does not bind: %s", binding->conflicts[0]);
    else
        set_schema(session, host_sdl, binding);
    gql_binding_destroy(&binding);
    return session->document != NULL;
}

gql_host *session_host(struct session *session)
{
    /* The runtime's struct is not constant: this process has it to itself. */
    return (gql_host *)(uintptr_t)gql_runtime_host(session->runtime);
}

void session_close(struct session *session, bool unload)
{
    gql_schema_document_destroy(&session->document);
    free(session->sdl);
    free(session->configs[0]);
    free(session->configs[1]);
    check_step("deinit%s", unload ? " and dlclose" : "");
    gql_library_close(&session->library, unload);
    check_step_done();
    gql_runtime_destroy(&session->runtime);
    *session = (struct session){.run = session->run};
}

/*
 * Whether it is the user's configuration that is refused, or what it names that can't be used, and
 * not a configuration that the plugin has accepted before, or that of the tool.
 */
static bool is_mistaken(const struct session *session, unsigned index, int32_t code)
{
    return (code == GQL_E_CONFIG || code == GQL_E_UNAVAILABLE) &&
           session->run->options->configs[index] != NULL && !check_passed(session->run, "create");
}

bool session_create(struct session *session, unsigned index, gql_instance **ret_instance)
{
    const char *config = session->configs[index];
    gql_failure failure = {.struct_size = sizeof failure};
    check_step("create");
    const int32_t code = gql_instance_create(session->library, config, strlen(config), ret_instance,
                                             &failure);
    check_step_done();
    const char *why = check_without_path(session->run, failure.message);
    if (is_mistaken(session, index, code))
        check_mistake(session->run, "%s: %s: %s", session->run->options->config_names[index],
                      code == GQL_E_CONFIG ? "the plugin refuses it"
                                           : "the plugin can't use what it names",
                      why);
    else if (code != GQL_OK)
        check_fail(session->run, "%s", why);
    return code == GQL_OK;
}

void session_settle(uint64_t most)
{
    for (unsigned i = 0; i < SESSION_SETTLE_MILLISECONDS && meter_threads() > most; i++)
        check_sleep(1);
}

void session_drain(struct session *session, gql_instance *instance)
{
    check_step("drain");
    gql_instance_drain(session->library, instance);
    check_step_done();
}

void session_destroy(struct session *session, gql_instance **instance)
{
    check_step("drain and destroy");
    gql_instance_destroy(session->library, instance);
    check_step_done();
}
