// SPDX-License-Identifier: MIT
/* Whose file takes the place of a database: the one that was made, and no other. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin/store/sqlite/maintenance/install.h"
#include "tests/plugin/scratch.h"

static struct scratch scratch;
static char new_path[PATH_MAX], path[PATH_MAX], other[PATH_MAX];

static struct stat make_file(const char *name, mode_t mode)
{
    struct stat made;
    const int file = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    cr_assert(file >= 0 && fstat(file, &made) == 0);
    close(file);
    return made;
}

static void make(void)
{
    umask(0);
    scratch = scratch_make();
    snprintf(new_path, sizeof new_path, "%s", scratch_file(&scratch, "x.db.new"));
    snprintf(path, sizeof path, "%s", scratch_file(&scratch, "x.db"));
    snprintf(other, sizeof other, "%s", scratch_file(&scratch, "other"));
    make_file(other, 0644);
}

static void clean(void)
{
    scratch_remove(&scratch);
}

TestSuite(database_install, .init = make, .fini = clean);

static int32_t install(const struct stat *made, gql_failure *failure)
{
    char kept[PATH_MAX];
    *failure = (gql_failure){.struct_size = sizeof *failure};
    return database_install(new_path, made, path, "now", kept, failure);
}

static int put_symbolic_link(void)
{
    return symlink(other, new_path);
}

static int put_hard_link(void)
{
    return link(other, new_path);
}

static int put_symbolic_link_to_it(void)
{
    return symlink(scratch_file(&scratch, "made"), new_path);
}

static int put_hard_link_to_it(void)
{
    return link(scratch_file(&scratch, "made"), new_path);
}

static int put_file(void)
{
    return rename(other, new_path);
}

static int put_pipe(void)
{
    return mkfifo(new_path, 0644);
}

static int put_nothing(void)
{
    return 0;
}

Test(database_install, what_was_put_in_place_of_the_new_file_is_refused_as_it_is)
{
    static int (*const puts[])(void) = {put_nothing,   put_symbolic_link,   put_symbolic_link_to_it,
                                        put_hard_link, put_hard_link_to_it, put_pipe,
                                        put_file};
    const size_t count = sizeof puts / sizeof *puts;
    const struct stat made = make_file(new_path, 0600);
    /* So that nobody else gets its number. */
    cr_assert_eq(rename(new_path, scratch_file(&scratch, "made")), 0);
    for (size_t i = 0; i < count; i++) {
        struct stat found;
        gql_failure failure;
        cr_assert_eq(puts[i](), 0);
        cr_expect_neq(install(&made, &failure), GQL_OK, "case %zu", i);
        cr_expect_not_null(strstr(failure.message, new_path), "case %zu: %s", i, failure.message);
        cr_expect_neq(lstat(path, &found), 0, "case %zu", i);
        cr_assert(stat(i < count - 1 ? other : new_path, &found) == 0);
        cr_expect_eq(found.st_mode & 0777, 0644, "case %zu", i);
        if (i > 0 && i < count - 1)
            cr_assert_eq(unlink(new_path), 0);
    }
}

Test(database_install, the_file_that_was_made_is_installed)
{
    struct stat found;
    gql_failure failure;
    const struct stat made = make_file(new_path, 0666);
    cr_assert_eq(install(&made, &failure), GQL_OK, "%s", failure.message);
    cr_assert(stat(path, &found) == 0 && found.st_ino == made.st_ino);
    cr_expect_eq(found.st_mode & 0777, 0600);
}
