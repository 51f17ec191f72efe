// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "plugin/store/tenants/lease.h"
#include "tests/plugin/scratch.h"

static struct scratch scratch;

static void make(void)
{
    scratch = scratch_make();
}

static void clean(void)
{
    scratch_remove(&scratch);
}

TestSuite(lease, .init = make, .fini = clean);

static int write_lease(const char *text, size_t size)
{
    const int file = open(scratch_file(&scratch, "lease"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC,
                          0600);
    cr_assert_geq(file, 0);
    cr_assert_eq(write(file, text, size), (ssize_t)size);
    return file;
}

static bool lock_alone(int file)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fcntl(file, F_OFD_SETLK, &lock) == 0;
}

Test(lease, each_word_is_a_state_and_others_are_damage)
{
    static const struct {
        const char *text;
        size_t size;
        enum lease_state state;
    } cases[] = {
        {"", 0, LEASE_ACTIVE},
        {"active", 6, LEASE_ACTIVE},
        {"active\r\n \t\n", 11, LEASE_ACTIVE},
        {"\n", 1, LEASE_ACTIVE},
        {"suspended\n", 10, LEASE_SUSPENDED},
        {"moving", 6, LEASE_MOVING},
        {"erased\n", 7, LEASE_ERASED},
        {"activ", 5, LEASE_DAMAGED},
        {"actives", 7, LEASE_DAMAGED},
        {"ACTIVE", 6, LEASE_DAMAGED},
        {" active", 7, LEASE_DAMAGED},
        {"active suspended", 16, LEASE_DAMAGED},
        {"active\0", 7, LEASE_DAMAGED},
        {"\0", 1, LEASE_DAMAGED},
        {"{\"state\":\"active\"}", 18, LEASE_DAMAGED},
        {"active                                                         \n", 64, LEASE_DAMAGED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lease lease;
        const int file = write_lease(cases[i].text, cases[i].size);
        cr_assert_eq(lease_take(&lease, scratch.path, false, 0), 0);
        cr_expect_eq(lease.state, cases[i].state, "case %zu: %d", i, lease.state);
        cr_expect_eq(lock_alone(file), lease_closes(cases[i].state), "case %zu", i);
        lease_give(&lease);
        cr_expect(lock_alone(file), "case %zu", i);
        close(file);
    }
}

Test(lease, one_that_is_missing_is_made_or_not)
{
    struct lease lease;
    cr_expect_eq(lease_take(&lease, scratch.path, false, 0600), ENOENT);
    cr_expect_eq(lease_take(&lease, "/no such folder", true, 0600), ENOENT);
    cr_expect_eq(lease_take(&lease, scratch.path, true, 0600), 0);
    cr_expect_eq(lease.state, LEASE_ACTIVE);
    cr_expect_eq(lease_look(&lease, scratch.path), LEASE_ACTIVE);
    cr_assert_eq(unlink(scratch_file(&scratch, "lease")), 0);
    cr_expect_eq(lease_look(&lease, scratch.path), LEASE_LOST);
    cr_expect_eq(lease_look(&lease, "/no such folder"), LEASE_ACTIVE, "a folder that is away");
    close(write_lease("", 0));
    cr_expect_eq(lease_look(&lease, scratch.path), LEASE_LOST, "another file");
    lease_give(&lease);
    lease_give(&lease);
}

Test(lease, gateways_share_it_and_a_tool_has_it_alone)
{
    struct lease first, second;
    const int file = write_lease("active", 6);
    cr_assert_eq(lease_take(&first, scratch.path, true, 0600), 0);
    cr_assert_eq(lease_take(&second, scratch.path, true, 0600), 0);
    lease_give(&first);
    cr_expect_not(lock_alone(file));
    lease_give(&second);
    cr_expect(lock_alone(file));
    cr_assert_eq(lease_take(&first, scratch.path, true, 0600), 0);
    cr_expect_eq(first.state, LEASE_LOCKED);
    cr_expect_eq(first.file, -1);
    close(file);
}
