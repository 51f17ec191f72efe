// SPDX-License-Identifier: MIT
/* IDs lead to organizations while others list the folders of the root. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <limits.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "plugin/base/tenant_path.h"
#include "tests/plugin/store/tenants/root_fixture.h"

TestSuite(lookups, .init = root_set_up, .fini = root_tear_down);

/* What has just changed is listed anew each time. */
static void age_shelf(const char *organization_id)
{
    char path[PATH_MAX];
    const struct timespec long_ago[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
    cr_assert(tenant_folder(scratch.path, text_of(organization_id), path, sizeof path));
    *strrchr(path, '/') = '\0';
    cr_assert_eq(utimensat(AT_FDCWD, path, long_ago, 0), 0);
}

struct lookup {
    struct store_read read;
    struct identifier ids[2];
    int found;
    atomic_bool overtaken;
    sem_t done;
};

static struct lookup *lookup_of(const struct store_read *read)
{
    return (struct lookup *)((uintptr_t)read - offsetof(struct lookup, read));
}

static enum store_status find(struct store_read *read, struct store_reader *reader)
{
    struct integration found;
    struct lookup *lookup = lookup_of(read);
    for (size_t i = 0; i < read->route.id_count; i++)
        lookup->found += store_get(reader, &read->route.ids[i], &found) == STORE_OK;
    return lookup->found == (int)read->route.id_count ? STORE_OK : STORE_NOT_FOUND;
}

static int32_t end(struct store_read *read)
{
    sem_post(&lookup_of(read)->done);
    return GQL_OK;
}

/* Returns how many of the lookup's IDs are found, from one of them on. */
static int look_up(struct lookup *lookup, size_t first)
{
    lookup->read.route = (struct store_route){.ids = lookup->ids + first, .id_count = 2 - first};
    lookup->read.run = find;
    lookup->read.done = end;
    sem_init(&lookup->done, 0, 0);
    store_read(store, &lookup->read);
    while (sem_wait(&lookup->done) != 0)
        continue;
    sem_destroy(&lookup->done);
    return lookup->found;
}

/* Somebody else lists the first ID's folders when the lookup has not found it, and is about to. */
static bool overtake(const struct store_read *read, struct text organization_id)
{
    struct lookup *lookup = lookup_of(read);
    (void)organization_id;
    if (!atomic_exchange(&lookup->overtaken, true)) {
        struct lookup other = {.ids = {lookup->ids[1], lookup->ids[0]}};
        cr_expect_eq(look_up(&other, 1), 1);
    }
    return true;
}

Test(lookups, what_another_has_listed_meanwhile_is_found, .timeout = 60)
{
    struct lookup lookup = {.read.admits = overtake};
    lookup.ids[0] = fixture_create(store, "acme", "x", true);
    lookup.ids[1] = fixture_create(store, "globex", "y", true);
    struct lookup listed = {.ids = {lookup.ids[0], lookup.ids[1]}};
    fixture_close(&store);
    age_shelf("acme"), age_shelf("globex");
    root_open();
    cr_expect_eq(look_up(&listed, 1), 1);
    cr_expect_eq(look_up(&lookup, 0), 2);
    cr_expect(lookup.overtaken);
}
