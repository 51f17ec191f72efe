// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi/host/signature/trust.h"
#include "abi/host/write_access.h"
#include "gql_host.h"
#include "tests/abi/host/signature/signer.h"

enum { SIZE = 128 };

static char folder[] = "/tmp/gql-access-XXXXXX";
static char inner[SIZE], file[SIZE], outer[SIZE], link_path[SIZE];

static void join(char target[SIZE], const char *parent, const char *name)
{
    const int size = snprintf(target, SIZE, "%s/%s", parent, name);
    cr_assert_lt(size, SIZE);
}

/* FOLDER/inner/f.so, and FOLDER/outer/link, which leads there. */
static void set_up(void)
{
    cr_assert_not_null(mkdtemp(folder));
    join(inner, folder, "inner");
    join(file, inner, "f.so");
    join(outer, folder, "outer");
    join(link_path, outer, "link");
    cr_assert_eq(mkdir(inner, 0755) | mkdir(outer, 0755), 0);
    cr_assert_eq(symlink("../inner/f.so", link_path), 0);
    fclose(fopen(file, "w"));
    cr_assert_eq(chmod(file, 0644) | chmod(inner, 0755) | chmod(outer, 0755), 0);
}

static void tear_down(void)
{
    char command[SIZE];
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    cr_assert_eq(system(command), 0);
}

TestSuite(write_access, .init = set_up, .fini = tear_down);

static void expect_safe(const char *path)
{
    gql_failure failure = {.struct_size = sizeof failure};
    cr_expect_eq(write_access_check(path, geteuid(), &failure), GQL_OK, "%s: %s", path,
                 failure.message);
}

static void expect_refused(const char *path, uid_t user, const char *part, const char *step)
{
    gql_failure failure = {.struct_size = sizeof failure};
    char quoted[SIZE + 2];
    snprintf(quoted, sizeof quoted, "'%s'", step);
    cr_expect_eq(write_access_check(path, user, &failure), GQL_E_UNAVAILABLE, "%s", part);
    cr_expect_not_null(strstr(failure.message, part), "%s: %s", part, failure.message);
    cr_expect_not_null(strstr(failure.message, quoted), "%s: %s", quoted, failure.message);
}

Test(write_access, accepts_what_only_root_and_the_user_can_change)
{
    char path[SIZE];
    expect_safe("/");
    expect_safe("/tmp");
    expect_safe(file);
    expect_safe(link_path);
    cr_assert_eq(chmod(inner, 0775) | chmod(file, 0664), 0); /* Of a umask of 002. */
    expect_safe(link_path);
    cr_assert_eq(chmod(inner, 01777), 0);
    expect_safe(file);
    join(path, inner, ".././/outer//link");
    expect_safe(path);
    cr_assert_eq(chdir(outer), 0);
    expect_safe("link");
    expect_safe("../inner/f.so");
    expect_safe(".");
    expect_safe("../../../../../..");
}

Test(write_access, refuses_what_everyone_can_change)
{
    static char *const steps[] = {file, inner, folder};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct stat status;
        cr_assert_eq(stat(steps[i], &status), 0);
        cr_assert_eq(chmod(steps[i], (status.st_mode & 0777) | S_IWOTH), 0);
        expect_refused(file, geteuid(), "everyone may write to", steps[i]);
        expect_refused(link_path, geteuid(), "everyone may write to", steps[i]);
        cr_assert_eq(chmod(steps[i], status.st_mode & 0777), 0);
    }
    cr_assert_eq(chmod(outer, 0757), 0);
    expect_safe(file);
    expect_refused(link_path, geteuid(), "(mode 0757), and so change what is loaded; use", outer);
}

/* Also a link on the way, in the middle of the path, and through other links. */
Test(write_access, looks_at_the_folders_of_all_links)
{
    char across[SIZE], path[SIZE], absolute[SIZE];
    join(across, outer, "across");
    join(absolute, folder, "absolute");
    cr_assert_eq(symlink("../inner", across) | symlink(across, absolute), 0);
    join(path, absolute, "f.so");
    expect_safe(path);
    cr_assert_eq(chmod(outer, 0757), 0);
    expect_refused(path, geteuid(), "everyone may write to", outer);
}

/* Of a user that is neither root nor who asks. */
Test(write_access, refuses_what_belongs_to_a_stranger)
{
    const uid_t stranger = geteuid() == 0 ? 4242 : geteuid();
    const uid_t user = geteuid() == 0 ? 0 : geteuid() + 1;
    if (geteuid() == 0)
        cr_assert_eq(chown(inner, stranger, 0) | lchown(link_path, stranger, 0), 0);
    expect_refused(file, user, "who can so change what is loaded; give it to root",
                   geteuid() == 0 ? inner : folder);
    expect_refused(link_path, user, "belongs to user", geteuid() == 0 ? link_path : folder);
}

Test(write_access, reports_what_is_not_there_and_links_without_an_end)
{
    char none[SIZE], loop[SIZE];
    join(none, inner, "none");
    join(loop, inner, "loop");
    cr_assert_eq(symlink("loop", loop), 0);
    expect_refused(none, geteuid(), "No such file", none);
    expect_refused(loop, geteuid(), "Too many levels", loop);
}

/* ---- Libraries ---- */

static void note(void *user, uint32_t level, const char *message, size_t size, const char *trace_id)
{
    (void)trace_id;
    cr_expect_eq(level, GQL_LOG_INFO);
    snprintf(user, 1024, "%.*s", (int)size, message);
}

/* Opens hello; returns the code. */
static int32_t open_hello(gql_runtime *runtime, gql_failure *failure)
{
    gql_library *library = NULL;
    const int32_t code = gql_library_open(runtime, file, &library, failure);
    gql_library_close(&library, true);
    return code;
}

Test(write_access, libraries_are_refused_if_keys_are_trusted_and_else_only_named)
{
    char said[1024] = "", key[64], command[4 * SIZE];
    gql_runtime *runtime = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    const gql_runtime_options options = {
        .name = "t", .version = "1", .user = said, .log = note, .copies_plugins = true};
    cr_assert_eq(gql_runtime_create(&options, &runtime, NULL), GQL_OK);
    snprintf(command, sizeof command, "cp '" HELLO_PATH "' '%s'", file);
    cr_assert_eq(system(command), 0);
    cr_expect_eq(open_hello(runtime, &failure), GQL_OK);
    cr_expect_str_empty(said);
    setenv("TMPDIR", outer, true);
    cr_assert_eq(chmod(outer, 0757), 0);
    cr_expect_eq(open_hello(runtime, &failure), GQL_OK);
    cr_expect_not_null(strstr(said, "f.so: of the folder that it is copied into: everyone"), "%s",
                       said);
    cr_assert_eq(chmod(outer, 0755) | chmod(inner, 0757), 0);
    cr_expect_eq(open_hello(runtime, &failure), GQL_OK);
    cr_expect_not_null(strstr(said, "f.so: everyone may write to"), "%s", said);

    const struct signer signer = signer_make(1);
    signer_print_key(&signer, key);
    cr_assert_eq(gql_runtime_trust_key(runtime, key, strlen(key), NULL), GQL_OK);
    cr_expect_eq(open_hello(runtime, &failure), GQL_E_UNAVAILABLE);
    cr_expect_not_null(strstr(failure.message, "f.so: everyone may write to"), "%s",
                       failure.message);
    cr_assert_eq(chmod(outer, 0757) | chmod(inner, 0755), 0);
    cr_expect_eq(open_hello(runtime, &failure), GQL_E_UNAVAILABLE);
    cr_expect_not_null(strstr(failure.message, "copied into: everyone"), "%s", failure.message);
    cr_expect_eq(distrust_count(DISTRUST_ACCESS), 2);
    gql_runtime_destroy(&runtime);
}
