// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gql_host.h"

Test(find_plugins, lists_shared_objects_by_name)
{
    static const char *const names[] = {"b.so",       "a.so",     "note.txt",
                                        ".hidden.so", "c.so.bak", "B.so"};
    char folder[] = "/tmp/gql-plugins-XXXXXX";
    char file[512];
    char **paths = NULL;
    size_t count = 7;
    gql_failure failure = {.struct_size = sizeof failure};
    cr_assert_not_null(mkdtemp(folder));
    cr_assert_eq(gql_find_plugins(folder, &paths, &count, &failure), GQL_OK);
    cr_expect_eq(count, 0);
    free(paths);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(file, sizeof file, "%s/%s", folder, names[i]);
        close(open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    }
    cr_assert_eq(gql_find_plugins(folder, &paths, &count, &failure), GQL_OK);
    cr_assert_eq(count, 3, "%zu", count);
    static const char *const expected[] = {"B.so", "a.so", "b.so"};
    for (size_t i = 0; i < count; i++) {
        snprintf(file, sizeof file, "%s/%s", folder, expected[i]);
        cr_expect_str_eq(paths[i], file, "%s, not %s", paths[i], file);
    }
    free(paths);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(file, sizeof file, "%s/%s", folder, names[i]);
        unlink(file);
    }
    rmdir(folder);
    cr_expect_eq(gql_find_plugins("/nowhere", &paths, &count, &failure), GQL_E_UNAVAILABLE);
    cr_expect_not_null(strstr(failure.message, "/nowhere"), "%s", failure.message);
    cr_expect_eq(gql_find_plugins(NULL, &paths, &count, &failure), GQL_E_MISUSE);
}
