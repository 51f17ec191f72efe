// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
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
static char copies[64];

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
    const char machine[2] = {data[18], data[19]}; /* e_machine */
    memcpy(data + 18, "\x16\0", 2);
    write_file(data, size);
    expect_refused(path, GQL_E_UNAVAILABLE, "built for another machine: IBM Z (64 bits, little");
    memcpy(data + 18, "\x01\x55", 2);
    write_file(data, size);
    expect_refused(path, GQL_E_UNAVAILABLE, "built for another machine: ELF machine 21761 (64");
    data[5] = 2; /* ELFDATA2MSB */
    memcpy(data + 18, "\0\x15", 2);
    write_file(data, size);
    expect_refused(path, GQL_E_UNAVAILABLE, "built for another machine: Power (64 bits, big");
    data[5] = 1;
    memcpy(data + 18, machine, 2);
    data[4] = 1; /* ELFCLASS32 */
    write_file(data, size);
    expect_refused(path, GQL_E_UNAVAILABLE,
                   "(32 bits, little endian); this host needs a build for");
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
        {FAULT_ENTRY_REFUSES, GQL_E_VERSION, "does not support hosts of plugin ABI 0.2"},
        {FAULT_TINY_PLUGIN, GQL_E_MISUSE, "struct_size is 4"},
        {FAULT_SMALL_PLUGIN, GQL_E_MISUSE, "too small for plugin ABI 0.2"},
        {FAULT_OLD_PLUGIN, GQL_E_MISUSE, "gql_plugin.struct_size is 128, too small"},
        {FAULT_PLUGIN_FLAG, GQL_E_VERSION, "gql_plugin has the flags 0x00100000"},
        {FAULT_MAJOR, GQL_E_VERSION, "written for plugin ABI 9.2, but this host implements 0.2"},
        {FAULT_MINOR, GQL_E_VERSION, "written for plugin ABI 0.7, but this host implements 0.2"},
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
        {FAULT_SMALL_PART, GQL_E_MISUSE, "gql_schema.parts[0].struct_size is 8, too small"},
        {FAULT_NO_SDL, GQL_E_MISUSE, "gql_schema.parts[0] has no name or no sdl"},
        {FAULT_NULL_RESOLVER, GQL_E_MISUSE, "gql_schema.resolvers[0] is NULL"},
        {FAULT_SMALL_RESOLVER, GQL_E_MISUSE, "gql_schema.resolvers[0].struct_size is 8, too small"},
        {FAULT_OLD_RESOLVER, GQL_E_MISUSE, "gql_schema.resolvers[0].struct_size is 32, too small"},
        {FAULT_RESOLVER_FLAG, GQL_E_VERSION, "gql_schema.resolvers[0] has the flags 0x40000000"},
        {FAULT_RESOLVER_RESERVED, GQL_E_VERSION, "gql_schema.resolvers[0].reserved is 1, not 0"},
        {FAULT_NO_FIELD, GQL_E_MISUSE, "gql_schema.resolvers[0] has no type, field or resolve"},
        {FAULT_NO_RESOLVE, GQL_E_MISUSE, "gql_schema.resolvers[0] has no type, field or resolve"},
        {FAULT_NULL_LOADER, GQL_E_MISUSE, "gql_schema.loaders[0] is NULL"},
        {FAULT_SMALL_LOADER, GQL_E_MISUSE, "gql_schema.loaders[0].struct_size is 8, too small"},
        {FAULT_OLD_LOADER, GQL_E_MISUSE, "gql_schema.loaders[0].struct_size is 24, too small"},
        {FAULT_RESERVED, GQL_E_VERSION, "gql_schema.reserved is 1, not 0"},
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

/* A plugin that was built on the header of 0.1, before structs had baselines. */
Test(library, refuses_the_frozen_plugin_of_0_1)
{
    expect_refused(FROZEN_0_1_PATH, GQL_E_VERSION,
                   "written for plugin ABI 0.1, but this host implements 0.2; install a build for "
                   "that version");
}

/* Kinds and flags that a host may ignore, and larger structs. */
Test(library, accepts_plugins_of_newer_headers)
{
    static const int sizes[] = {FAULT_NONE, FAULT_LARGE_PLUGIN, FAULT_UNKNOWN_KIND,
                                FAULT_UNKNOWN_FLAG};
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

/* ---- Private copies ---- */

static void copy_file(const char *from)
{
    char command[1024];
    snprintf(command, sizeof command, "cat '%s' > '%s'", from, path);
    cr_assert_eq(system(command), 0);
}

/* Copies are made in a folder that is otherwise empty. */
static void copy_plugins(void)
{
    const gql_runtime_options options = {.name = "test", .version = "1", .copies_plugins = true};
    gql_runtime_destroy(&runtime);
    cr_assert_eq(gql_runtime_create(&options, &runtime, NULL), GQL_OK);
    cr_assert_eq(mkdir(strcat(strcpy(copies, folder), "/copies"), 0700), 0);
    setenv("TMPDIR", copies, true);
}

static gql_library *open_copy(void)
{
    gql_failure failure = {.struct_size = sizeof failure};
    gql_library *library = NULL;
    cr_assert_eq(gql_library_open(runtime, path, &library, &failure), GQL_OK, "%s",
                 failure.message);
    cr_expect_str_eq(gql_library_path(library), path);
    return library;
}

Test(library, a_file_that_is_overwritten_changes_nothing_and_is_loaded_anew)
{
    copy_file(HELLO_PATH);
    copy_plugins();
    gql_library *former = open_copy(), *again = open_copy();
    cr_expect_neq(gql_library_plugin(former), gql_library_plugin(again));
    copy_file(FAULTY_FOLDER "/faulty_0.so"); /* In place: the file keeps its inode. */
    gql_library *latter = open_copy();
    cr_expect_str_eq(gql_library_plugin(former)->id, "org.example.hello");
    cr_expect_str_neq(gql_library_plugin(latter)->id, "org.example.hello");
    write_file("", 0);
    expect_refused(path, GQL_E_UNAVAILABLE, "the file is empty");
    gql_library_close(&former, true);
    gql_library_close(&again, true);
    gql_library_close(&latter, true);
    cr_expect_eq(rmdir(copies), 0, "No copy is left");
}

Test(library, copies_that_can_not_be_made_are_reported)
{
    copy_file(HELLO_PATH);
    copy_plugins();
    cr_assert_eq(rmdir(copies), 0);
    expect_refused(path, GQL_E_UNAVAILABLE,
                   "No such file or directory; see to that folder, or set "
                   "TMPDIR to another");
    cr_assert_eq(mkdir(copies, 0700), 0);
    write_file("\x7f"
               "ELF",
               4);
    expect_refused(path, GQL_E_UNAVAILABLE, "truncated within the ELF header");
    cr_expect_eq(rmdir(copies), 0, "No copy is left");
}

static void open_faulty(int fault, char file[512], gql_library **ret_library)
{
    gql_failure failure = {.struct_size = sizeof failure};
    snprintf(file, 512, FAULTY_FOLDER "/faulty_%d.so", fault);
    cr_assert_eq(gql_library_open(runtime, file, ret_library, &failure), GQL_OK, "%s",
                 failure.message);
}

static bool is_mapped(const char *file)
{
    void *code = dlopen(file, RTLD_NOW | RTLD_NOLOAD);
    if (code != NULL)
        dlclose(code);
    return code != NULL;
}

Test(library, unmaps_code_unless_it_is_resident)
{
    static const struct {
        int fault;
        bool unload;
        bool stays;
    } cases[] = {
        {FAULT_NONE, true, false},
        {FAULT_LARGE_PLUGIN, false, true},
        {FAULT_RESIDENT, true, true},
        {FAULT_RESIDENT_RUNTIME, true, true},
        {FAULT_RESIDENT_RUNTIME, true, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char file[512];
        gql_library *library = NULL;
        open_faulty(cases[i].fault, file, &library);
        cr_expect(is_mapped(file), "%s", file);
        gql_library_close(&library, cases[i].unload);
        cr_expect_eq(is_mapped(file), cases[i].stays, "%s", file);
    }
}

/* ---- Calls that are answered but have not returned ---- */

static struct {
    gql_library *library;
    gql_instance *instance;
    sem_t answered;
    sem_t may_return;
    _Atomic bool returned;
    _Atomic bool destroyed;
    bool returned_before; /* Whether the call had returned when the instance was destroyed. */
} lingering;

static int32_t linger(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    (void)instance, (void)call;
    const gql_host *host = gql_runtime_host(runtime);
    host->reply_resolve(host, reply->handle);
    sem_wait(&lingering.may_return);
    atomic_store(&lingering.returned, true);
    return GQL_OK;
}

static void note_answer(gql_answer *answer)
{
    gql_answer_release(answer);
    sem_post(&lingering.answered);
}

static void *call_and_linger(void *unused)
{
    static const gql_call call = {.struct_size = sizeof call};
    gql_runtime_call(runtime, lingering.instance, linger, &call, note_answer, NULL);
    return unused;
}

static void *destroy_instance(void *unused)
{
    gql_instance_destroy(lingering.library, &lingering.instance);
    lingering.returned_before = atomic_load(&lingering.returned);
    atomic_store(&lingering.destroyed, true);
    return unused;
}

Test(library, destroys_an_instance_when_its_calls_have_returned, .timeout = 60)
{
    pthread_t caller;
    pthread_t destroyer;
    gql_instance *idle = NULL;
    sem_init(&lingering.answered, 0, 0);
    sem_init(&lingering.may_return, 0, 0);
    cr_assert_eq(gql_library_open(runtime, HELLO_PATH, &lingering.library, NULL), GQL_OK);
    cr_assert_eq(gql_instance_create(lingering.library, "{}", 2, &lingering.instance, NULL),
                 GQL_OK);
    cr_assert_eq(gql_instance_create(lingering.library, "{}", 2, &idle, NULL), GQL_OK);
    pthread_create(&caller, NULL, call_and_linger, NULL);
    sem_wait(&lingering.answered);
    cr_expect_eq(gql_runtime_pending(runtime), 1, "the call is under way until it returns");
    gql_instance_destroy(lingering.library, &idle); /* Must not wait for another's call. */
    pthread_create(&destroyer, NULL, destroy_instance, NULL);
    usleep(50000); /* Enough for a destroy that does not wait to be noticed. */
    cr_expect_not(atomic_load(&lingering.destroyed));
    sem_post(&lingering.may_return);
    pthread_join(caller, NULL);
    pthread_join(destroyer, NULL);
    cr_expect(lingering.returned_before);
    cr_expect_eq(gql_runtime_pending(runtime), 0);
    gql_library_close(&lingering.library, true);
}
