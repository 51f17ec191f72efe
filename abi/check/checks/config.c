// SPDX-License-Identifier: MIT
/* The schema of the configuration, and that create keeps to it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/check/checks.h"
#include "abi/check/meta_schema.h"
#include "abi/check/session.h"
#include "abi/host/plugin_check.h"

static const char unknown_key[] = "gqlPluginCheckUnknown";

void check_config_schema(struct check_run *run)
{
    const gql_plugin *plugin = session_plugin(run);
    gql_failure failure = {.struct_size = sizeof failure};
    check_cure(run, "a JSON Schema (2020-12): `$schema`, `\"type\": \"object\"`, and "
                    "`\"additionalProperties\": false` in every "
                    "object, so that a misspelt setting is not passed over");
    if (plugin == NULL)
        return;
    if (gql_plugin_check_config_schema(run->options->plugin, plugin, &failure) != GQL_OK) {
        check_fail(run, "%s", check_reason(run, failure.message));
        return;
    }
    json_t *schema = json_loadb(plugin->config_schema, (size_t)plugin->config_schema_size, 0, NULL);
    char fault[CHECK_TEXT / 2];
    if (schema != NULL && !meta_schema_check(schema, fault, sizeof fault))
        check_fail(run, "%s", fault);
    json_decref(schema);
}

/* Creating must fail with GQL_E_CONFIG, and a message that holds `named`. */
static void expect_refusal(struct session *session, const char *config, const char *what,
                           const char *named)
{
    gql_instance *instance = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    check_step("create, with %s", what);
    const int32_t code = gql_instance_create(session->library, config, strlen(config), &instance,
                                             &failure);
    check_step_done();
    if (code == GQL_OK)
        check_fail(session->run, "create takes %s", what);
    else if (code != GQL_E_CONFIG)
        check_fail(session->run, "create refuses %s with the code %d, not GQL_E_CONFIG: %s", what,
                   (int)code, check_reason(session->run, failure.message));
    else if (strstr(failure.message, named) == NULL)
        check_fail(session->run, "create refuses %s, but its message does not name `%s`: %s", what,
                   named, check_reason(session->run, failure.message));
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
        expect_refusal(session, config, what, unknown_key);
    free(config);
    json_object_del(object, unknown_key);
}

/* A map: what is in it has names of the operator's, so that none is unknown. */
static bool is_map(const json_t *schema)
{
    return json_object_size(json_object_get(schema, "additionalProperties")) > 0;
}

static const json_t *schema_of_member(const json_t *schema, const char *name)
{
    const json_t *found = json_object_get(json_object_get(schema, "properties"), name);
    return found != NULL ? found : json_object_get(schema, "additionalProperties");
}

/* An unknown setting in the object itself, then in those inside. `root` is what create is given. */
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
            add_unknown_everywhere(session, schema_of_member(schema, name), root, member, inside);
    }
}

void check_config_refusals(struct check_run *run)
{
    struct session session;
    check_cure(run, "refuse what the configuration's schema refuses: return GQL_E_CONFIG, and name "
                    "the setting");
    if (!session_open(run, 0, &session) || !session_configure(&session))
        return;
    const gql_plugin *plugin = session.plugin;
    json_t *schema = json_loadb(plugin->config_schema, (size_t)plugin->config_schema_size, 0, NULL);
    json_t *config = json_loads(session.configs[0], 0, NULL);
    expect_refusal(&session, "", "an empty text", "");
    expect_refusal(&session, "{\"", "what is not JSON", "");
    expect_refusal(&session, "[]", "a list", "");
    if (json_is_object(config))
        add_unknown_everywhere(&session, schema, config, config, "at the top");
    json_decref(config);
    json_decref(schema);
    session_close(&session, false);
}
