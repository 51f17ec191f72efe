// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <stdio.h>

#include "plugin/base/limits.h"
#include "plugin/instance/config.h"

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
        {"null", "not valid JSON"},
        {"{\"database\":{\"path\":\"a\"},\"database\":{\"path\":\"b\"}}", "duplicate"},
        {"{}", "database: it is missing"},
        {"{\"database\":\"x.db\"}", "database: it must be of the type object"},
        {"{\"database\":{}}", "database.path: it is missing"},
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
    cr_expect_eq(json_object_size(config.database), 5);
    cr_expect_null(config.organization.data);
    cr_expect_null(config.keyring);
    cr_expect_str_eq(config.locale, "und");
    cr_expect_not(config.mint.on_premise);
    cr_expect_eq(config.mint.shard, 0);
    cr_expect_eq(config.mint.region, 31);
    cr_expect(text_equal(config.error_type_base, TEXT("urn:gql-integrations:problem:")));
    cr_expect_eq(config.pending_mutations, 4096);
    cr_expect_eq(config.verifiers, 2);
    config_finish(&config);
    config_finish(&config);
}

Test(config, everything_given_is_used)
{
    struct config config;
    gql_failure failure;
    const char *json = "{\"database\":{\"path\":\"a.db\",\"readers\":3,\"cacheKiB\":64,\"mmapMiB\":"
                       "0,\"busyTimeoutMilliseconds\":1},"
                       "\"organization\":\"acme\",\"credentials\":{\"keyring\":\"k\",\"issuer\":"
                       "\"i\",\"leewaySeconds\":5,"
                       "\"requireExpiry\":true},\"collation\":{\"locale\":\"sv\"},\"identifiers\":{"
                       "\"deployment\":\"on-premise\","
                       "\"shard\":255,\"region\":0},\"errors\":{\"typeBase\":\"https://e/\"},"
                       "\"limits\":{\"pendingMutations\":1,\"verifiers\":64}}";
    cr_assert_eq(read_config(&config, json, &failure), GQL_OK, "%s", failure.message);
    cr_expect(text_equal(config.organization, TEXT("acme")));
    cr_expect_str_eq(config.issuer, "i");
    cr_expect_eq(config.leeway_seconds, 5);
    cr_expect(config.require_expiry);
    cr_expect_str_eq(config.locale, "sv");
    cr_expect(config.mint.on_premise);
    cr_expect_eq(config.mint.shard, 255);
    cr_expect_eq(config.mint.region, 0);
    cr_expect_eq(config.pending_mutations, 1);
    cr_expect_eq(config.verifiers, 64);
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
