// SPDX-License-Identifier: MIT
#include "plugin/instance/config.h"

#include <stdatomic.h>

#include "plugin/base/failure.h"
#include "plugin/base/json_schema.h"
#include "plugin/base/tenant_path.h"
#include "plugin/schema_text.h"
#include "vault/json_reader.h"

static const int64_t DAY_MILLISECONDS = 86400000;

static int32_t parse(const char *json, size_t size, json_t **ret_root, gql_failure *failure)
{
    struct vault_json_error error;
    switch (
        vault_json_read((struct vault_bytes){json, size}, VAULT_JSON_ANY_VALUE, ret_root, &error)) {
    case VAULT_JSON_OK:
        return GQL_OK;
    case VAULT_JSON_MALFORMED:
        return fail(failure, GQL_E_CONFIG,
                    "configuration: it is not valid JSON: %s (line %d, column %d)", error.reason,
                    error.line, error.column);
    case VAULT_JSON_NO_MEMORY:
        break;
    }
    return fail_no_memory(failure);
}

/* Parsed by the first instance that needs it, for all; never changed. NULL: not yet. */
static _Atomic(json_t *) parsed_schema;

/* Without a lock, which a process could be forked under: of two that parse, the second forgets. */
static int32_t take_schema(json_t **ret_schema, gql_failure *failure)
{
    json_t *schema, *earlier = NULL;
    if ((*ret_schema = atomic_load(&parsed_schema)) != NULL)
        return GQL_OK;
    const int32_t code = parse(config_schema, CONFIG_SCHEMA_SIZE, &schema, failure);
    if (code != GQL_OK)
        return code;
    const bool first = atomic_compare_exchange_strong(&parsed_schema, &earlier, schema);
    if (!first)
        json_decref(schema);
    *ret_schema = first ? schema : earlier;
    return GQL_OK;
}

static int32_t check(json_t *root, gql_failure *failure)
{
    json_t *schema;
    const int32_t code = take_schema(&schema, failure);
    return code == GQL_OK ? json_schema_check(schema, root, failure) : code;
}

static int integer(const json_t *object, const char *name)
{
    return (int)json_integer_value(json_object_get(object, name));
}

static const char *string(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static void read_identifiers(struct config *config, const json_t *identifiers)
{
    const bool on_premise = strcmp(string(identifiers, "deployment"), "on-premise") == 0;
    identifier_mint_init(&config->mint, on_premise, (uint8_t)integer(identifiers, "region"));
}

static void read_members(struct config *config)
{
    const json_t *root = config->root;
    config->database = json_object_get(root, "database");

    config->organization = text_of(string(root, "organization"));

    const json_t *credentials = json_object_get(root, "credentials");
    config->keyring = string(credentials, "keyring");
    config->issuer = string(credentials, "issuer");
    config->leeway_seconds = integer(credentials, "leewaySeconds");
    config->require_expiry = json_is_true(json_object_get(credentials, "requireExpiry"));

    config->locale = string(json_object_get(root, "collation"), "locale");
    read_identifiers(config, json_object_get(root, "identifiers"));
    config->records_denials =
        json_is_true(json_object_get(json_object_get(root, "audit"), "refusals"));
    const json_t *retention = json_object_get(root, "retention");
    config->retention.deleted_milliseconds = integer(retention, "deletedDays") * DAY_MILLISECONDS;
    config->retention.trail_milliseconds = integer(retention, "trailDays") * DAY_MILLISECONDS;
    config->event_poll_ms = integer(json_object_get(root, "events"), "pollMilliseconds");
    config->error_type_base = text_of(string(json_object_get(root, "errors"), "typeBase"));

    const json_t *limits = json_object_get(root, "limits");
    config->pending_mutations = integer(limits, "pendingMutations");
    config->pending_of_each = integer(limits, "pendingMutationsPerOrganization");
    config->threads.compute = integer(limits, "verifiers");
    config->threads.storage = integer(limits, "storageThreads");
}

/* What the schema can't say. */
static int32_t check_members(struct config *config, gql_failure *failure)
{
    config->keyring_is_template = config->keyring != NULL && strchr(config->keyring, '{') != NULL;
    return config->keyring == NULL
               ? GQL_OK
               : tenant_template_check("credentials.keyring", config->keyring, failure);
}

/* Of those there is nothing that the configuration still points to. */
static void drop_read_sections(struct config *config)
{
    static const char *const sections[] = {"identifiers", "audit", "retention", "events", "limits"};
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        json_object_del(config->root, sections[i]);
}

int32_t config_init(struct config *config, const char *json, size_t size, gql_failure *failure)
{
    *config = (struct config){0};
    int32_t code = parse(json, size, &config->root, failure);
    if (code == GQL_OK)
        code = check(config->root, failure);
    if (code == GQL_OK) {
        read_members(config);
        drop_read_sections(config);
        code = check_members(config, failure);
    }
    if (code != GQL_OK)
        config_finish(config);
    return code;
}

void config_drop_database(struct config *config)
{
    json_object_del(config->root, "database");
    config->database = NULL;
}

void config_finish(struct config *config)
{
    json_decref(config->root);
    *config = (struct config){0};
}

void config_forget_schema(void)
{
    json_decref(atomic_exchange(&parsed_schema, NULL));
}
