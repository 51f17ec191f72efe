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

static size_t count_of(const char *id, const struct store_read *read)
{
    organizations_finish(&found);
    cr_assert(listing_find(&listing, tag_of(id), read, &found));
    return found.count;
}

static void expect(const char *id, size_t count, bool outdated)
{
    const size_t counted = count_of(id, NULL);
    cr_expect_eq(counted, count, "%s: %zu", id, counted);
    cr_expect_eq(listing_is_outdated(&listing, tag_of(id)), outdated, "%s", id);
}

/* The last two share a tag: tests/plugin/base/test_organization.c. */
Test(listing, organizations_are_found_by_their_tags)
{
    add("acme", 1);
    add("org-1955", 1);
    add("org-2482", 1);
    expect("acme", 0, true);
    refresh("acme");
    refresh("org-1955");
    expect("acme", 1, false);
    expect("org-1955", 2, false);
    cr_assert(listing_find(&listing, tag_of("org-2482"), NULL, &found));
    cr_expect_eq(found.count, 2, "once each");
    cr_assert(listing_find(&listing, tag_of("acme"), NULL, &found));
    cr_expect_eq(found.count, 3);
    cr_expect(text_equal(tenant_id_text(&organizations_at(&found, 2)->id), TEXT("acme")));
}

/* Whether its tag is new, or one that is known already. */
Test(listing, another_process_makes_one)
{
    add("org-1955", 1);
    refresh("org-1955");
    expect("org-1955", 1, false);
    cr_expect_not(listing_is_outdated(&listing, tag_of("org-1955") ^ 1));
    add("org-2482", 2);
    cr_expect(listing_is_outdated(&listing, tag_of("org-1955") ^ 1));
    expect("org-1955", 1, true);
    refresh("org-1955");
    expect("org-1955", 2, false);
}

/* In the instant of its last change, more may change without another time. */
Test(listing, a_shelf_that_has_just_changed_is_listed_again)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    add("acme", now.tv_sec);
    refresh("acme");
    expect("acme", 1, true);
}

/* Whatever others make or list meanwhile, what was there is found. */
Test(listing, forgetting_takes_nothing_away)
{
    add("acme", 1);
    refresh("acme");
    listing_forget(&listing, tag_of("acme"));
    expect("acme", 1, true);
    refresh("acme");
    expect("acme", 1, false);
}

static bool admits_beta(const struct store_read *read, struct text organization_id)
{
    (void)read;
    return text_equal(organization_id, TEXT("org-2482"));
}

Test(listing, an_organization_that_is_not_admitted_is_as_good_as_unknown)
{
    const struct store_read read = {.admits = admits_beta};
    add("org-1955", 1);
    refresh("org-1955");
    cr_expect_eq(count_of("org-1955", &read), 0);
    add("org-2482", 2);
    refresh("org-1955");
    cr_expect_eq(count_of("org-1955", &read), 1);
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
