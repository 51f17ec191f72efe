// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "plugin/base/limits.h"
#include "plugin/instance/config.h"
#include "vault/utf8.h"

static int32_t read_config(struct config *config, const char *json, gql_failure *failure)
{
    *failure = (gql_failure){.struct_size = sizeof *failure};
    return config_init(config, json, strlen(json), failure);
}

Test(config, what_is_wrong_is_named)
{
    static const struct {
        const char *json;
        const char *said;
    } cases[] = {
        {"", "not valid JSON"},
        {"[", "line 1"},
        {"[]", "type object, not array"},
        {"null", "type object, not null"},
        {"{}x", "something follows the end (line 1, column 3)"},
        {"\xef\xbb\xbf{}", "not valid JSON"},
        {"{\n\"database\":\"\xff\"}", "not valid JSON: "},
        {"{\"database\":{\"path\":\"\\ud800\"}}", "not valid JSON: "},
        {"{\"database\":{\"path\":\"a\"},\"database\\u0000x\":1}", "there is no such setting"},
        {"{\"database\":{\"path\":\"a\",\"path\\u0000\":1}}", "there is no such setting"},
        {"{\"database\":{\"path\":\"a\",\"readers\":1e400}}",
         "database.readers: it must be of the type integer, not number"},
        {"{\"database\":{\"path\":\"a\",\"readers\":18446744073709551617}}",
         "database.readers: it must be of the type integer, not number"},
        {"{\"database\":{\"path\":\"a\",\"readers\":9223372036854775807}}",
         "database.readers: 9223372036854775807 is not from 1 to 64"},
        {"{\"database\":{\"path\":\"a\",\"readers\":null}}",
         "database.readers: it must be of the type integer, not null"},
        {"{\"database\":{\"path\":[\"a\"]}}",
         "database.path: it must be of the type string, not array"},
        {"{\"database\":{\"path\":\"a\"},\"database\":{\"path\":\"b\"}}", "this name occurs twice"},
        {"{}", "database: it is missing"},
        {"{\"database\":\"x.db\"}", "database: it must be of the type object"},
        {"{\"database\":{}}", "database: `path` or `root` or `url` is required"},
        {"{\"database\":{\"readers\":1}}", "database: `path` or `root` or `url` is required"},
        {"{\"database\":{\"path\":\"a\",\"root\":\"b\"}}",
         "database: `path` and `root` exclude each other; remove one"},
        {"{\"database\":{\"url\":\"postgresql:///a\",\"path\":\"x\"}}",
         "database: `path` and `url` exclude each other; remove one"},
        {"{\"database\":{\"root\":\"x\",\"url\":\"postgresql:///a\"}}",
         "database: `root` and `url` exclude each other; remove one"},
        {"{\"database\":{\"path\":\"\"}}", "database.path: it must not be empty"},
        {"{\"database\":{\"path\":\"a\\u0000b\"}}", "database.path: the character U+0000"},
        {"{\"database\":{\"path\":7}}",
         "database.path: it must be of the type string, not integer"},
        {"{\"database\":{\"path\":\"a\",\"pth\":1}}", "database.pth: there is no such setting"},
        {"{\"database\":{\"path\":\"a\"},\"colour\":1}", "colour: there is no such setting"},
        {"{\"database\":{\"path\":\"a\",\"readers\":0}}",
         "database.readers: 0 is not from 1 to 64"},
        {"{\"database\":{\"path\":\"a\",\"readers\":1.5}}",
         "database.readers: it must be of the type integer, not number"},
        {"{\"database\":{\"path\":\"a\"},\"identifiers\":{\"deployment\":\"cloud\"}}",
         "identifiers.deployment: it must be one of"},
        {"{\"database\":{\"path\":\"a\"},\"identifiers\":{\"region\":32}}",
         "identifiers.region: 32 is not from 0 to 31"},
        {"{\"database\":{\"path\":\"a\"},\"identifiers\":{\"shard\":0}}",
         "identifiers.shard: This setting was removed: its bits are part of the organization tag"},
        {"{\"database\":{\"path\":\"a\"},\"identifiers\":{\"shard\":null}}",
         "databases that may be merged one day need different values of identifiers.region"},
        {"{\"database\":{\"path\":\"a\"},\"retention\":{\"deletedDays\":-1}}",
         "retention.deletedDays: -1 is not from 0 to 36500"},
        {"{\"database\":{\"path\":\"a\"},\"retention\":{\"trailDays\":0}}",
         "retention.trailDays: 0 is not from 1 to 36500"},
        {"{\"database\":{\"path\":\"a\"},\"credentials\":{}}",
         "credentials.keyring: it is missing"},
        {"{\"database\":{\"path\":\"a\"},\"credentials\":{\"keyring\":\"k\",\"requireExpiry\":1}}",
         "requireExpiry"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct config config;
        gql_failure failure;
        cr_expect_eq(read_config(&config, cases[i].json, &failure), GQL_E_CONFIG, "%s was taken",
                     cases[i].json);
        cr_expect_eq(failure.code, GQL_E_CONFIG);
        cr_expect_not_null(strstr(failure.message, cases[i].said), "%s said '%s', not '%s'",
                           cases[i].json, failure.message, cases[i].said);
    }
}

Test(config, defaults_are_those_of_the_schema)
{
    struct config config;
    gql_failure failure;
    cr_assert_eq(read_config(&config, "{\"database\":{\"path\":\"a.db\"}}", &failure), GQL_OK, "%s",
                 failure.message);
    cr_expect_eq(json_integer_value(json_object_get(config.database, "checkMiB")), 1024);
    cr_expect_null(config.organization.data);
    cr_expect_null(config.keyring);
    cr_expect_str_eq(config.locale, "und");
    cr_expect_not(config.mint.on_premise);
    cr_expect_eq(config.mint.region, 31);
    cr_expect(text_equal(config.error_type_base, TEXT("urn:gql-integrations:problem:")));
    cr_expect_eq(config.retention.deleted_milliseconds, INT64_C(30) * 86400000);
    cr_expect_eq(config.retention.trail_milliseconds, 0);
    cr_expect_eq(config.pending_mutations, 4096);
    cr_expect_eq(config.pending_of_each, 1024);
    cr_expect_eq(config.threads.compute, 0);
    cr_expect_eq(config.threads.storage, 16);
    config_finish(&config);
    config_finish(&config);
}

static const char full[] =
    "{\"database\":{\"path\":\"a.db\",\"readers\":3,\"cacheKiB\":64,\"mmapMiB\":"
    "0,\"busyTimeoutMilliseconds\":1,\"checkMiB\":0},"
    "\"retention\":{\"deletedDays\":0,\"trailDays\":36500},"
    "\"organization\":\"acme\",\"credentials\":{\"keyring\":\"k\",\"issuer\":"
    "\"i\",\"leewaySeconds\":5,"
    "\"requireExpiry\":true},\"collation\":{\"locale\":\"sv\"},\"identifiers\":{"
    "\"deployment\":\"on-premise\","
    "\"region\":0},\"errors\":{\"typeBase\":\"https://e/\"},"
    "\"limits\":{\"pendingMutations\":1,\"verifiers\":64,\"storageThreads\":1}}";

Test(config, everything_given_is_used)
{
    struct config config;
    gql_failure failure;
    cr_assert_eq(read_config(&config, full, &failure), GQL_OK, "%s", failure.message);
    cr_expect(text_equal(config.organization, TEXT("acme")));
    cr_expect_str_eq(config.issuer, "i");
    cr_expect_eq(config.leeway_seconds, 5);
    cr_expect(config.require_expiry);
    cr_expect_str_eq(config.locale, "sv");
    cr_expect(config.mint.on_premise);
    cr_expect_eq(config.mint.region, 0);
    cr_expect_eq(config.retention.deleted_milliseconds, 0);
    cr_expect_eq(config.retention.trail_milliseconds, INT64_C(36500) * 86400000);
    cr_expect_eq(config.pending_mutations, 1);
    cr_expect_eq(config.threads.compute, 64);
    cr_expect_eq(config.threads.storage, 1);
    config_finish(&config);
}

Test(config, an_organization_may_be_as_long_as_in_arguments)
{
    char json[512], id[ORGANIZATION_ID_MAX + 2];
    struct config config;
    gql_failure failure;
    memset(id, 'o', sizeof id);
    for (size_t size = ORGANIZATION_ID_MAX; size <= ORGANIZATION_ID_MAX + 1; size++) {
        snprintf(json, sizeof json, "{\"database\":{\"path\":\"a\"},\"organization\":\"%.*s\"}",
                 (int)size, id);
        const bool fits = size == ORGANIZATION_ID_MAX;
        cr_expect_eq(read_config(&config, json, &failure), fits ? GQL_OK : GQL_E_CONFIG);
        if (fits)
            config_finish(&config);
    }
}

/* Reads a damaged configuration: it is taken, or the failure says why in a sentence of UTF-8. */
static int32_t read_damaged(const char *json, size_t size)
{
    struct config config;
    gql_failure failure = {.struct_size = sizeof failure};
    const int32_t code = config_init(&config, json, size, &failure);
    if (code == GQL_OK) {
        config_finish(&config);
        return code;
    }
    cr_assert_eq(code, GQL_E_CONFIG, "%.*s", (int)size, json);
    cr_assert_eq(failure.code, GQL_E_CONFIG);
    cr_assert_not_null(strstr(failure.message, ": "), "%.*s: %s", (int)size, json, failure.message);
    cr_assert(vault_utf8_is_valid(failure.message, strlen(failure.message)), "%.*s", (int)size,
              json);
    return code;
}

Test(config, every_damage_of_a_byte_is_named)
{
    static const char bytes[] = {0, '"', '\\', '{', '}', '[', ',', ':', '-', '0', 'x', '\xff'};
    const size_t size = sizeof full - 1;
    char json[sizeof full];
    for (size_t at = 0; at < size; at++) {
        cr_assert_eq(read_damaged(full, at), GQL_E_CONFIG, "cut at %zu", at);
        for (size_t i = 0; i < sizeof bytes; i++) {
            memcpy(json, full, size);
            json[at] = bytes[i];
            read_damaged(json, size);
        }
        memcpy(json, full, at);
        memcpy(json + at, full + at + 1, size - at - 1);
        read_damaged(json, size - 1); /* Without the byte. */
    }
}

/* The message of an unknown setting has room for the cure, and no half character. */
Test(config, a_long_name_is_cut)
{
    for (int lead = 0; lead < 4; lead++) {
        char json[1024];
        snprintf(json, sizeof json, "{\"database\":{\"path\":\"a\",\"%.*s", lead, "abc");
        for (int i = 0; i < 200; i++)
            strcat(json, "\u20ac");
        strcat(json, "\":1}}");
        struct config config;
        gql_failure failure;
        cr_expect_eq(read_config(&config, json, &failure), GQL_E_CONFIG);
        cr_expect_not_null(strstr(failure.message, "look for a misspelling"), "%s",
                           failure.message);
        cr_expect(vault_utf8_is_valid(failure.message, strlen(failure.message)), "%s",
                  failure.message);
    }
}

static size_t allocations, failing;

static void *allocate(size_t size)
{
    return ++allocations == failing ? NULL : malloc(size);
}

/* Each of jansson's allocations fails once: that is never a fault of the configuration. */
Test(config, out_of_memory_is_not_a_wrong_configuration)
{
    struct config config;
    gql_failure failure;
    json_set_alloc_funcs(allocate, free);
    for (failing = 1;; failing++) {
        allocations = 0;
        const int32_t code = read_config(&config, full, &failure);
        if (allocations < failing) {
            cr_assert_eq(code, GQL_OK);
            break;
        }
        cr_assert_eq(code, GQL_E_NO_MEMORY, "allocation %zu: %s", failing, failure.message);
        cr_assert_eq(failure.code, GQL_E_NO_MEMORY);
    }
    config_finish(&config);
    config_forget_schema();
    json_set_alloc_funcs(malloc, free);
    cr_expect_gt(failing, 100, "only %zu allocations were seen", failing);
}

static size_t allocations_of(const char *json)
{
    struct config config;
    gql_failure failure;
    allocations = 0;
    cr_assert_eq(read_config(&config, json, &failure), GQL_OK, "%s", failure.message);
    config_finish(&config);
    return allocations;
}

/* Small and large configurations, and a wrong one, find it parsed. */
Test(config, the_schema_is_parsed_once_for_all)
{
    static const char small[] = "{\"database\":{\"path\":\"a.db\"}}";
    gql_failure failure;
    struct config config;
    failing = 0;
    json_set_alloc_funcs(allocate, free);
    cr_expect_eq(read_config(&config, "{}", &failure), GQL_E_CONFIG);
    const size_t full_size = allocations_of(full), small_size = allocations_of(small);
    config_forget_schema();
    const size_t parsing = allocations_of(small) - small_size;
    cr_expect_gt(parsing, 2 * small_size, "%zu", small_size);
    config_forget_schema();
    cr_expect_eq(allocations_of(full), full_size + parsing);
    cr_expect_eq(allocations_of(full), full_size);
    config_forget_schema();
    json_set_alloc_funcs(malloc, free);
}

enum { THREADS = 8 };

static void *read_often(void *unused)
{
    gql_failure failure;
    struct config config;
    for (int i = 0; i < 50; i++) {
        cr_assert_eq(read_config(&config, full, &failure), GQL_OK, "%s", failure.message);
        config_finish(&config);
    }
    return unused;
}

/* The thread sanitizer and the leak check see the rest. */
Test(config, threads_that_read_at_once_share_the_schema)
{
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, read_often, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    config_forget_schema();
}
