// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "plugin/base/organization.h"
#include "plugin/base/tenant_path.h"
#include "plugin/store/tenants/listing.h"
#include "tests/plugin/scratch.h"

static struct scratch scratch;
static struct listing listing;
static struct organizations found;

static void ignore(void *user, uint32_t level, const char *message)
{
    (void)user, (void)level, (void)message;
}

static void start(void)
{
    const struct store_options options = {.log = ignore};
    scratch = scratch_make();
    listing_init(&listing, scratch.path, &options);
}

static void end(void)
{
    organizations_finish(&found);
    listing_finish(&listing);
    scratch_remove(&scratch);
}

TestSuite(listing, .init = start, .fini = end);

static uint32_t tag_of(const char *id)
{
    return organization_tag((struct text){id, strlen(id)});
}

/* Makes an organization's folder, whose shelf then looks as if it had changed at that second. */
static void add(const char *id, long second)
{
    char path[256], shelf[128];
    const struct timespec times[2] = {{.tv_sec = second}, {.tv_sec = second}};
    snprintf(shelf, sizeof shelf, "%s/%02x", scratch.path, tag_of(id) >> 16);
    mkdir(shelf, 0700);
    cr_assert(tenant_folder(scratch.path, (struct text){id, strlen(id)}, path, sizeof path));
    cr_assert_eq(mkdir(path, 0700), 0);
    cr_assert_eq(utimensat(AT_FDCWD, shelf, times, 0), 0);
}

static void refresh(const char *id)
{
    struct store_detail detail;
    cr_assert_eq(listing_refresh(&listing, tag_of(id), &detail), STORE_OK);
}

static enum listing_verdict find(const char *id, bool looked, const struct store_read *read)
{
    organizations_finish(&found);
    return listing_find(&listing, tag_of(id), looked, read, &found);
}

static void expect(const char *id, size_t count)
{
    cr_expect_eq(find(id, false, NULL), LISTING_FOUND, "%s", id);
    cr_expect_eq(found.count, count, "%s: %zu", id, found.count);
}

/* The last two share a tag: tests/plugin/base/test_organization.c. */
Test(listing, organizations_are_found_by_their_tags)
{
    add("acme", 1);
    add("org-1955", 1);
    add("org-2482", 1);
    cr_expect_eq(find("acme", false, NULL), LISTING_OUTDATED);
    refresh("acme");
    refresh("org-1955");
    expect("acme", 1);
    expect("org-1955", 2);
    cr_expect_eq(listing_find(&listing, tag_of("org-2482"), false, NULL, &found), LISTING_FOUND);
    cr_expect_eq(found.count, 2, "once each");
}

Test(listing, another_process_makes_one_whose_tag_is_new)
{
    add("org-1955", 1);
    refresh("org-1955");
    expect("org-1955", 1);
    const uint32_t unknown = tag_of("org-1955") ^ 1;
    cr_expect_eq(listing_find(&listing, unknown, false, NULL, &found), LISTING_FOUND);
    add("org-2482", 2);
    cr_expect_eq(listing_find(&listing, unknown, false, NULL, &found), LISTING_OUTDATED);
}

/* In the instant of its last change, more may change without another time. */
Test(listing, a_shelf_that_has_just_changed_is_listed_again)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    add("acme", now.tv_sec);
    refresh("acme");
    expect("acme", 1);
    cr_expect_eq(listing_find(&listing, tag_of("acme") ^ 1, false, NULL, &found), LISTING_OUTDATED);
}

/* Who has just looked must find what was there, whatever others make or list meanwhile. */
Test(listing, forgetting_takes_nothing_away)
{
    add("acme", 1);
    refresh("acme");
    listing_forget(&listing, tag_of("acme"));
    cr_expect_eq(find("acme", false, NULL), LISTING_OUTDATED);
    cr_expect_eq(find("acme", true, NULL), LISTING_FOUND);
    cr_expect_eq(found.count, 1);
    refresh("acme");
    expect("acme", 1);
}

static bool admits_beta(const struct store_read *read, struct text organization_id)
{
    (void)read;
    return text_equal(organization_id, TEXT("org-2482"));
}

/* Also for the time that it takes: the shelf is looked at as for a tag that nobody has. */
Test(listing, an_organization_that_is_not_admitted_is_as_good_as_unknown)
{
    const struct store_read read = {.admits = admits_beta};
    add("org-1955", 1);
    add("acme", 1);
    refresh("org-1955");
    cr_expect_eq(find("org-1955", false, &read), LISTING_FOUND);
    cr_expect_eq(found.count, 0);
    add("org-2482", 2);
    cr_expect_eq(find("org-1955", false, &read), LISTING_OUTDATED);
    refresh("org-1955");
    cr_expect_eq(find("org-1955", false, &read), LISTING_FOUND);
    cr_expect_eq(found.count, 1);
}

Test(listing, a_root_that_can_not_be_listed_says_why)
{
    char shelf[128];
    struct store_detail detail;
    snprintf(shelf, sizeof shelf, "%s/%02x", scratch.path, tag_of("acme") >> 16);
    fclose(fopen(shelf, "w"));
    cr_expect_eq(listing_refresh(&listing, tag_of("acme"), &detail), STORE_STOPPED);
    cr_expect_not_null(strstr(detail.text, "Not a directory"), "%s", detail.text);
}
