// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gql_host.h"
#include "tests/abi/plugins/faults.h"

static gql_runtime *runtime;
static char folder[] = "/tmp/gql-library-XXXXXX";
static char path[256];

static void set_up(void)
{
    cr_assert_eq(gql_runtime_create(&(gql_runtime_options){.name = "test", .version = "1"},
                                    &runtime, NULL),
                 GQL_OK);
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/plugin.so", folder);
}

static void tear_down(void)
{
    gql_runtime_destroy(&runtime);
    unlink(path);
    rmdir(folder);
}

TestSuite(library, .init = set_up, .fini = tear_down);

/* Opening `file` must fail with the code and a message that names the file and contains `part`. */
static void expect_refused(const char *file, int32_t code, const char *part)
{
    gql_failure failure = {.struct_size = sizeof failure};
    gql_library *library = NULL;
    const int32_t got = gql_library_open(runtime, file, &library, &failure);
    cr_expect_eq(got, code, "%s: code %d, not %d: %s", part, got, code, failure.message);
    cr_expect_eq(failure.code, got);
    cr_expect_null(library);
    cr_expect_not_null(strstr(failure.message, file), "\"%s\" does not name %s", failure.message,
                       file);
    cr_expect_not_null(strstr(failure.message, part), "\"%s\" does not say \"%s\"", failure.message,
                       part);
    cr_expect_eq(gql_library_open(runtime, file, &library, NULL), code);
}

static void write_file(const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(data, 1, size, file), size);
    fclose(file);
}

Test(library, refuses_null)
{
    gql_failure failure = {.struct_size = sizeof failure};
    gql_library *library = NULL;
    gql_instance *instance = NULL;
    cr_expect_eq(gql_library_open(NULL, "x", &library, &failure), GQL_E_MISUSE);
    cr_expect_eq(gql_library_open(runtime, NULL, &library, &failure), GQL_E_MISUSE);
    cr_expect_eq(gql_library_open(runtime, "x", NULL, &failure), GQL_E_MISUSE);
    cr_expect_eq(gql_instance_create(NULL, "{}", 2, &instance, &failure), GQL_E_MISUSE);
    gql_library_close(NULL, true);
    gql_library_close(&library, true);
    gql_instance_destroy(NULL, NULL);
    gql_instance_destroy(NULL, &instance);
    gql_instance_drain(NULL, NULL);
}

Test(library, refuses_files_that_are_not_plugins)
{
    expect_refused("/nowhere/at-all.so", GQL_E_UNAVAILABLE, "No such file");
    expect_refused(folder, GQL_E_UNAVAILABLE, "not a regular file");
    write_file("", 0);
    expect_refused(path, GQL_E_UNAVAILABLE, "empty");
    write_file("just some text, not a library", 29);
    expect_refused(path, GQL_E_UNAVAILABLE, "not an ELF file");
    write_file("\x7f"
               "EL",
               3);
    expect_refused(path, GQL_E_UNAVAILABLE, "not an ELF file");
    write_file("\x7f"
               "ELF\x02\x01\x01",
               7);
    expect_refused(path, GQL_E_UNAVAILABLE, "truncated");
    unlink(path);
    cr_assert_eq(mkfifo(path, 0600), 0);
    expect_refused(path, GQL_E_UNAVAILABLE, "not a regular file");
}

static char *read_hello(size_t *ret_size)
{
    FILE *file = fopen(HELLO_PATH, "rb");
    cr_assert_not_null(file);
    fseek(file, 0, SEEK_END);
    *ret_size = (size_t)ftell(file);
    rewind(file);
    char *data = malloc(*ret_size);
    cr_assert_eq(fread(data, 1, *ret_size, file), *ret_size);
    fclose(file);
    return data;
}

/* A plugin that was copied only in part. */
Test(library, refuses_truncated_plugins)
{
    size_t size;
    char *data = read_hello(&size);
    static const size_t lengths[] = {5, 40, 63, 64, 65, 200, 1000, 4000};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        cr_assert_lt(lengths[i], size);
        write_file(data, lengths[i]);
        expect_refused(path, GQL_E_UNAVAILABLE, lengths[i] < 64 ? "truncated within" : "truncated");
    }
    free(data);
}

Test(library, refuses_other_machines_and_other_files)
{
    size_t size;
    char *data = read_hello(&size);
    data[18] ^= 0x55; /* e_machine */
    write_file(data, size);
    expect_refused(path, GQL_E_UNAVAILABLE, "built for another machine");
    data[18] ^= 0x55;
    data[4] = 1; /* ELFCLASS32 */
    write_file(data, size);
    expect_refused(path, GQL_E_UNAVAILABLE, "built for another machine");
    data[4] = 2;
    data[16] = 2; /* ET_EXEC */
    write_file(data, size);
    expect_refused(path, GQL_E_UNAVAILABLE, "not a shared object");
    free(data);
}

Test(library, refuses_faulty_plugins)
{
    static const struct {
        int fault;
        int32_t code;
        const char *part;
    } cases[] = {
        {FAULT_UNLINKED, GQL_E_UNAVAILABLE, "can't be loaded: undefined symbol"},
        {FAULT_NO_ENTRY, GQL_E_UNAVAILABLE, "does not export the symbol gql_plugin_entry_v0"},
        {FAULT_FUTURE_ENTRY, GQL_E_VERSION, "for version 3 of the plugin ABI"},
        {FAULT_ENTRY_REFUSES, GQL_E_VERSION, "does not support hosts of plugin ABI 0.1"},
        {FAULT_TINY_PLUGIN, GQL_E_MISUSE, "struct_size is 4"},
        {FAULT_SMALL_PLUGIN, GQL_E_MISUSE, "too small for plugin ABI 0.1"},
        {FAULT_MAJOR, GQL_E_VERSION, "written for plugin ABI 9.1, but this host implements 0.1"},
        {FAULT_MINOR, GQL_E_VERSION, "written for plugin ABI 0.7, but this host implements 0.1"},
        {FAULT_NO_ID, GQL_E_MISUSE, "gql_plugin.id is missing"},
        {FAULT_SHORT_ID, GQL_E_MISUSE, "\"faulty\" is not a reverse domain name"},
        {FAULT_NO_NAME, GQL_E_MISUSE, "gql_plugin.name is missing"},
        {FAULT_NO_VERSION, GQL_E_MISUSE, "gql_plugin.version is missing"},
        {FAULT_NO_LICENCE, GQL_E_MISUSE, "gql_plugin.licence is missing"},
        {FAULT_NO_SCHEMA, GQL_E_MISUSE, "gql_plugin.schema is missing"},
        {FAULT_NO_CONFIG_SCHEMA, GQL_E_MISUSE, "gql_plugin.config_schema is missing"},
        {FAULT_BAD_CONFIG_SCHEMA, GQL_E_MISUSE, "config_schema is not a JSON object"},
        {FAULT_NO_INIT, GQL_E_MISUSE, "gql_plugin.init is missing"},
        {FAULT_NO_DEINIT, GQL_E_MISUSE, "gql_plugin.deinit is missing"},
        {FAULT_NO_CREATE, GQL_E_MISUSE, "gql_plugin.create is missing"},
        {FAULT_NO_DRAIN, GQL_E_MISUSE, "gql_plugin.drain is missing"},
        {FAULT_NO_DESTROY, GQL_E_MISUSE, "gql_plugin.destroy is missing"},
        {FAULT_SMALL_SCHEMA, GQL_E_MISUSE, "gql_schema.struct_size is 16"},
        {FAULT_NO_PARTS, GQL_E_MISUSE, "array that is NULL"},
        {FAULT_NULL_PART, GQL_E_MISUSE, "gql_schema.parts[0] is NULL"},
        {FAULT_SMALL_PART, GQL_E_MISUSE, "gql_schema.parts[0] has too small a struct_size"},
        {FAULT_NO_SDL, GQL_E_MISUSE, "gql_schema.parts[0] has no name or no sdl"},
        {FAULT_NULL_RESOLVER, GQL_E_MISUSE, "gql_schema.resolvers[0] is NULL"},
        {FAULT_SMALL_RESOLVER, GQL_E_MISUSE, "gql_schema.resolvers[0] has too small"},
        {FAULT_NO_FIELD, GQL_E_MISUSE, "gql_schema.resolvers[0] has no type, field or resolve"},
        {FAULT_NO_RESOLVE, GQL_E_MISUSE, "gql_schema.resolvers[0] has no type, field or resolve"},
        {FAULT_NULL_LOADER, GQL_E_MISUSE, "gql_schema.loaders[0] is NULL"},
        {FAULT_SMALL_LOADER, GQL_E_MISUSE, "gql_schema.loaders[0] has too small"},
        {FAULT_NO_LOAD, GQL_E_MISUSE, "gql_schema.loaders[0] has no type or no load"},
        {FAULT_NO_REFERENCE, GQL_E_MISUSE, "gql_schema.references[0] is NULL or empty"},
        {FAULT_INIT_FAILS, GQL_E_UNAVAILABLE, "the licence has run out"},
        {FAULT_INIT_SILENT, GQL_E_UNAVAILABLE, "failed with code -6 and no message"},
        {FAULT_INIT_WRONG_CODE, GQL_E_MISUSE, "init returned 42"},
        {FAULT_INIT_UNTERMINATED, GQL_E_UNAVAILABLE, "xxxxx"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char file[512];
        snprintf(file, sizeof file, FAULTY_FOLDER "/faulty_%d.so", cases[i].fault);
        expect_refused(file, cases[i].code, cases[i].part);
    }
}

Test(library, accepts_plugins_of_older_and_newer_headers)
{
    static const int sizes[] = {FAULT_NONE, FAULT_OLD_PLUGIN, FAULT_LARGE_PLUGIN};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        gql_library *library = NULL;
        gql_failure failure = {.struct_size = sizeof failure};
        char file[512];
        snprintf(file, sizeof file, FAULTY_FOLDER "/faulty_%d.so", sizes[i]);
        cr_expect_eq(gql_library_open(runtime, file, &library, &failure), GQL_OK, "%s",
                     failure.message);
        gql_library_close(&library, true);
        cr_expect_null(library);
    }
}

Test(library, refuses_to_create_nothing)
{
    gql_library *library = NULL;
    gql_instance *instance = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    char file[512];
    snprintf(file, sizeof file, FAULTY_FOLDER "/faulty_%d.so", FAULT_CREATE_NOTHING);
    cr_assert_eq(gql_library_open(runtime, file, &library, &failure), GQL_OK, "%s",
                 failure.message);
    cr_expect_eq(gql_instance_create(library, "{}", 2, &instance, &failure), GQL_E_MISUSE);
    cr_expect_not_null(strstr(failure.message, "no instance"), "%s", failure.message);
    gql_library_close(&library, true);
}

Test(library, opens_one_file_twice)
{
    gql_library *first = NULL;
    gql_library *second = NULL;
    cr_assert_eq(gql_library_open(runtime, HELLO_PATH, &first, NULL), GQL_OK);
    cr_assert_eq(gql_library_open(runtime, HELLO_PATH, &second, NULL), GQL_OK);
    cr_expect_str_eq(gql_library_plugin(first)->id, "org.example.hello");
    cr_expect_str_eq(gql_library_path(first), gql_library_path(second));
    gql_library_close(&first, true);
    cr_expect_str_eq(gql_library_plugin(second)->id, "org.example.hello");
    gql_library_close(&second, false);
}
