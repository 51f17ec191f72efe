// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>

#include "plugin/instance/config.h"
#include "plugin/store/sqlite/options.h"

static void read_options(const char *json, struct sqlite_options *options)
{
    struct config config;
    gql_failure failure = {.struct_size = sizeof failure};
    cr_assert_eq(config_init(&config, json, strlen(json), &failure), GQL_OK, "%s", failure.message);
    cr_assert(sqlite_options_init(options, config.database));
    config_finish(&config);
}

Test(options, defaults_are_those_of_the_schema)
{
    struct sqlite_options options;
    read_options("{\"database\":{\"path\":\"a.db\"}}", &options);
    cr_expect_str_eq(options.path, "a.db");
    cr_expect_eq(options.readers, 8);
    cr_expect_eq(options.cache_kib, 2048);
    cr_expect_eq(options.mmap_mib, 0);
    cr_expect_eq(options.busy_timeout_ms, 5000);
    cr_expect_eq(options.check_mib, 1024);
    cr_expect_not(options.dedicated);
    cr_expect_eq(options.file_mode, 0600);
    sqlite_options_finish(&options);
    sqlite_options_finish(&options);
}

Test(options, everything_given_is_used)
{
    struct sqlite_options options;
    read_options(
        "{\"database\":{\"path\":\"b.db\",\"readers\":3,\"cacheKiB\":64,\"mmapMiB\":0,"
        "\"busyTimeoutMilliseconds\":1,\"checkMiB\":2,\"dedicated\":true,\"fileMode\":\"0660\"}}",
        &options);
    cr_expect_str_eq(options.path, "b.db");
    cr_expect_eq(options.readers, 3);
    cr_expect_eq(options.cache_kib, 64);
    cr_expect_eq(options.mmap_mib, 0);
    cr_expect_eq(options.busy_timeout_ms, 1);
    cr_expect_eq(options.check_mib, 2);
    cr_expect(options.dedicated);
    cr_expect_eq(options.file_mode, 0660);
    sqlite_options_finish(&options);
}
