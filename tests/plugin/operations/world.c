// SPDX-License-Identifier: MIT
#include "tests/plugin/operations/world.h"

#include <criterion/criterion.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/plugin/postgres/space.h"
#include "vault/file.h"
#include "vault/paseto.h"

const char *world_plugin(void)
{
    const char *path = getenv("PLUGIN");
    cr_assert_not_null(path, "the environment variable PLUGIN names the plugin under test");
    return path;
}

static struct vault_public_key public_part(const struct world *world)
{
    struct vault_public_key key;
    memcpy(key.bytes, world->key.bytes + 32, sizeof key.bytes);
    return key;
}

void world_write_keyring(struct world *world, const char *state, const char *revoked)
{
    char paserk[VAULT_PASERK_PUBLIC_SIZE], text[1024], path[256];
    const struct vault_public_key key = public_part(world);
    const struct vault_file_access access = vault_file_own_access(0600);
    struct vault_failure failure;
    vault_paserk_public_write(&key, paserk);
    snprintf(text, sizeof text,
             "{\"version\":1,\"keys\":[{\"paserk\":\"%s\",\"state\":\"%s\"}],\"revokedTokens\":%s}",
             paserk, state, revoked);
    snprintf(path, sizeof path, "%s", scratch_file(&world->scratch, "keyring.json"));
    cr_assert(vault_file_write(path, text, strlen(text), &access, &failure), "%s", failure.message);
}

const char *world_database(const struct world *world)
{
    static char database[512];
    const char *kind = getenv("DATABASE");
    if (kind != NULL && strcmp(kind, "url") == 0) {
        snprintf(database, sizeof database,
                 "{\"url\":\"%s\",\"migrate\":true,\"connections\":4,\"open\":\"eager\","
                 "\"preparedStatements\":%s}",
                 space_url(world->scratch.path), space_is_pooled() ? "false" : "true");
        return database;
    }
    const bool root = kind != NULL && strcmp(kind, "root") == 0;
    snprintf(database, sizeof database, "{\"%s\":\"%s%s\",\"readers\":4}", root ? "root" : "path",
             world->scratch.path, root ? "" : "/integrations.db");
    return database;
}

const char *world_config(const struct world *world, const char *more)
{
    static char config[1024];
    snprintf(config, sizeof config,
             "{\"database\":%s,\"credentials\":{\"keyring\":\"%s/keyring.json\"}%s}",
             world_database(world), world->scratch.path, more);
    return config;
}

static void create_instance(struct world *world, const char *more)
{
    world->instance = mock_create(world->host, world_config(world, more));
}

void world_prepare(struct world *world)
{
    const struct mock_options options = {.now_ms = WORLD_NOW};
    unsigned char public_key[32];
    *world = (struct world){.scratch = scratch_make()};
    cr_assert(vault_secret_init(VAULT_SECRET_KEY_SIZE, &world->key));
    crypto_sign_keypair(public_key, world->key.bytes);
    world_write_keyring(world, "active", "[]");
    world->host = mock_open(world_plugin(), &options);
}

void world_make(struct world *world, const char *more)
{
    world_prepare(world);
    create_instance(world, more);
}

void world_restart(struct world *world, const char *more)
{
    mock_destroy(world->host, &world->instance);
    create_instance(world, more);
}

void world_end(struct world *world)
{
    mock_destroy(world->host, &world->instance);
    mock_close(&world->host);
    vault_secret_finish(&world->key);
    scratch_remove(&world->scratch);
}

const char *world_token(struct world *world, const char *claims)
{
    static char token[VAULT_TOKEN_LIMIT + 1];
    char id[VAULT_PASERK_ID_SIZE], footer[96];
    const struct vault_public_key key = public_part(world);
    vault_paserk_pid_write(&key, id);
    snprintf(footer, sizeof footer, "{\"kid\":\"%s\"}", id);
    cr_assert(vault_paseto_sign(vault_bytes_of(claims), vault_bytes_of(footer), VAULT_NO_BYTES,
                                world->key.bytes, token));
    return token;
}

const char *world_good_token(struct world *world, const char *organization_id)
{
    char claims[256];
    snprintf(claims, sizeof claims, "{\"sub\":\"kv/erp\",\"aud\":\"%s\",\"jti\":\"t1\"}",
             organization_id);
    return world_token(world, claims);
}

static struct mock_answer *call(struct world *world, const char *field, const char *selection,
                                const struct mock_request *request, const char *format,
                                va_list values)
{
    char *arguments = NULL;
    cr_assert_geq(vasprintf(&arguments, format, values), 0);
    const char *type = strncmp(field, "integrationCreate", 17) == 0 ||
                               strncmp(field, "integrationUpdate", 17) == 0 ||
                               strncmp(field, "integrationDelete", 17) == 0
                           ? "Mutation"
                           : "Query";
    struct mock_answer *answer = mock_call(world->host, world->instance, type, field, arguments,
                                           selection, request);
    free(arguments);
    return answer;
}

struct mock_answer *world_call(struct world *world, const char *field, const char *selection,
                               const struct mock_request *request, const char *arguments, ...)
{
    va_list values;
    va_start(values, arguments);
    struct mock_answer *answer = call(world, field, selection, request, arguments, values);
    va_end(values);
    return answer;
}

json_t *world_resolve(struct world *world, const char *field, const char *selection,
                      const char *arguments, ...)
{
    va_list values;
    va_start(values, arguments);
    struct mock_answer *answer = call(world, field, selection, NULL, arguments, values);
    va_end(values);
    cr_assert(answer->resolved, "%s was rejected: %s, %s", field, answer->code, answer->message);
    json_t *value = json_incref(answer->value);
    mock_answer_free(&answer);
    return value;
}

static void expect_standard_members(const struct mock_answer *answer)
{
    static const struct {
        const char *code, *type, *title;
        int status;
    } kinds[] = {
        {"UNAUTHORIZED", "unauthorized", "Unauthorized", 401},
        {"PERMISSION_DENIED", "forbidden", "Forbidden", 403},
        {"NOT_FOUND", "not-found", "Resource Not Found", 404},
        {"VALIDATION_ERROR", "validation", "Validation Error", 400},
        {"CONFLICT", "conflict", "Optimistic Lock Conflict", 409},
        {"INTERNAL_ERROR", "internal", "Internal Error", 500},
        {"SERVICE_UNAVAILABLE", "service-unavailable", "Service Unavailable", 503},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i].code, answer->code) != 0)
            continue;
        char type[96];
        snprintf(type, sizeof type, "urn:gql-integrations:problem:%s", kinds[i].type);
        cr_expect_str_eq(text_member(answer->extensions, "type"), type);
        cr_expect_str_eq(text_member(answer->extensions, "title"), kinds[i].title);
        cr_expect_eq(json_integer_value(member(answer->extensions, "status")), kinds[i].status);
        return;
    }
    cr_assert_fail("the code %s is not one of the specification's", answer->code);
}

void expect_error(struct mock_answer *answer, const char *code, const char *members)
{
    const char *name;
    json_t *value, *expected = json_loads(members, 0, NULL);
    cr_assert_not_null(expected, "%s", members);
    cr_assert_not(answer->resolved, "%s was expected, not %s", code, answer->json);
    cr_assert_str_eq(answer->code, code, "%s, not %s: %s", answer->code, code, answer->message);
    expect_standard_members(answer);
    cr_expect_str_eq(text_member(answer->extensions, "detail"), answer->message);
    cr_expect_eq(strspn(text_member(answer->extensions, "traceId"), "0123456789abcdef"), 32);
    cr_expect_str_eq(text_member(answer->extensions, "timestamp"), "2027-01-15T08:00:00.000Z");
    json_object_foreach(expected, name, value) {
        const json_t *found = json_object_get(answer->extensions, name);
        char *text = found == NULL ? NULL : json_dumps(found, JSON_ENCODE_ANY);
        cr_expect(found != NULL && json_equal(found, value), "%s is %s; expected %s", name, text,
                  members);
        free(text);
    }
    json_decref(expected);
    mock_answer_free(&answer);
}

char *world_create(struct world *world, const char *organization_id, const char *title)
{
    json_t *value = world_resolve(world, "integrationCreate", "integration { id }",
                                  "{\"input\":{\"organizationId\":\"%s\",\"title\":\"%s\"}}",
                                  organization_id, title);
    char *id = strdup(text_member(value, "integration.id"));
    json_decref(value);
    return id;
}

const json_t *member(const json_t *value, const char *path)
{
    char name[64];
    while (value != NULL && *path != '\0') {
        const size_t size = strcspn(path, ".");
        snprintf(name, sizeof name, "%.*s", (int)size, path);
        value = json_is_array(value) ? json_array_get(value, strtoul(name, NULL, 10))
                                     : json_object_get(value, name);
        path += path[size] == '.' ? size + 1 : size;
    }
    return value;
}

const char *text_member(const json_t *value, const char *path)
{
    const char *text = json_string_value(member(value, path));
    return text == NULL ? "(no text)" : text;
}

void expect_json(const json_t *value, const char *expected)
{
    json_t *parsed = json_loads(expected, JSON_DECODE_ANY, NULL);
    cr_assert_not_null(parsed, "%s", expected);
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    cr_expect(json_equal(value, parsed), "it is %s, not %s", text, expected);
    free(text);
    json_decref(parsed);
}

void expect_health(struct world *world, uint32_t health, const char *part)
{
    char reason[256] = "";
    const gql_health *extension = mock_plugin(world->host)->extension(GQL_EXT_HEALTH);
    const uint32_t found = extension->check(world->instance, reason, sizeof reason);
    cr_expect_eq(found, health, "%u: %s", found, reason);
    cr_expect_not_null(strstr(reason, part), "'%s' is not in: %s", part, reason);
}
