// SPDX-License-Identifier: MIT
/* The schema of the configuration, and whether create enforces it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/check/checks/registry.h"
#include "abi/check/harness/config_paths.h"
#include "abi/check/harness/session.h"
#include "abi/check/inspect/meta_schema.h"
#include "abi/host/plugin_validation.h"

static const char unknown_key[] = "gqlPluginCheckUnknown";

void check_config_schema(struct check_run *run)
{
    const gql_plugin *plugin = session_plugin(run);
    gql_failure failure = {.struct_size = sizeof failure};
    check_cure(run, "provide a JSON Schema (2020-12) with `$schema`, `\"type\": \"object\"`, and "
                    "`\"additionalProperties\": false` in every object, so that misspelt "
                    "settings are refused");
    if (plugin == NULL)
        return;
    if (gql_plugin_validate_config_schema(run->options->plugin, plugin, &failure) != GQL_OK) {
        check_fail(run, "%s", check_without_path(run, failure.message));
        return;
    }
    json_t *schema = json_loadb(plugin->config_schema, (size_t)plugin->config_schema_size, 0, NULL);
    char detail[CHECK_TEXT / 2];
    if (schema != NULL && !meta_schema_check(schema, detail, sizeof detail))
        check_fail(run, "%s", detail);
    json_decref(schema);
}

/* create must fail with GQL_E_CONFIG and a message that contains `named`. */
static void expect_refused(struct session *session, const char *config, const char *what,
                           const char *named)
{
    gql_instance *instance = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    check_step("create, with %s", what);
    const int32_t code = gql_instance_create(session->library, config, strlen(config), &instance,
                                             &failure);
    check_step_done();
    if (code == GQL_OK)
        check_fail(session->run, "create accepts %s", what);
    else if (code != GQL_E_CONFIG)
        check_fail(session->run, "create refuses %s with the code %d, not GQL_E_CONFIG: %s", what,
                   (int)code, check_without_path(session->run, failure.message));
    else if (strstr(failure.message, named) == NULL)
        check_fail(session->run, "create refuses %s, but its message does not name `%s`: %s", what,
                   named, check_without_path(session->run, failure.message));
    session_destroy(session, &instance);
}

static void add_unknown(struct session *session, const json_t *root, json_t *object,
                        const char *where)
{
    char what[128];
    json_object_set_new(object, unknown_key, json_true());
    char *config = json_dumps(root, 0);
    snprintf(what, sizeof what, "an unknown setting %s", where);
    if (config != NULL)
        expect_refused(session, config, what, unknown_key);
    free(config);
    json_object_del(object, unknown_key);
}

/* In a map the operator chooses the names, so none is unknown. */
static bool is_map(const json_t *schema)
{
    return json_object_size(json_object_get(schema, "additionalProperties")) > 0;
}

/* Adds an unknown setting to the object, then to each one inside. create gets `root`. */
static void add_unknown_everywhere(struct session *session, const json_t *schema,
                                   const json_t *root, json_t *object, const char *where)
{
    const char *name;
    json_t *member;
    if (!is_map(schema))
        add_unknown(session, root, object, where);
    json_object_foreach(object, name, member) {
        char inside[96];
        snprintf(inside, sizeof inside, "in `%.80s`", name);
        if (json_is_object(member))
            add_unknown_everywhere(session, config_member_schema(schema, name), root, member,
                                   inside);
    }
}

void check_config_strict(struct check_run *run)
{
    struct session session;
    check_cure(run, "return GQL_E_CONFIG for what the configuration's schema does not allow, and "
                    "name the setting in the message");
    if (!session_open(run, 0, &session) || !session_configure(&session))
        return;
    const gql_plugin *plugin = session.plugin;
    json_t *schema = json_loadb(plugin->config_schema, (size_t)plugin->config_schema_size, 0, NULL);
    json_t *config = json_loads(session.configs[0], 0, NULL);
    expect_refused(&session, "", "an empty text", "");
    expect_refused(&session, "{\"", "text that is not JSON", "");
    expect_refused(&session, "[]", "a list", "");
    if (json_is_object(config))
        add_unknown_everywhere(&session, schema, config, config, "at the top");
    json_decref(config);
    json_decref(schema);
    session_close(&session, false);
}
