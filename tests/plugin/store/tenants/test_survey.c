// SPDX-License-Identifier: MIT
/* Which databases a survey of a root finds, and their versions. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin/base/executors.h"
#include "plugin/base/tenant_path.h"
#include "plugin/store/tenants/survey.h"
#include "tests/plugin/scratch.h"

static struct scratch scratch;
static struct listing listing;
static struct executors *executors;

static void ignore(void *user, uint32_t level, const char *message)
{
    (void)user, (void)level, (void)message;
}

static void start(void)
{
    const struct store_options options = {.log = ignore};
    scratch = scratch_make();
    listing_init(&listing, scratch.path, &options);
    executors = executors_acquire(&(struct executors_sizes){1, 1});
}

static void end(void)
{
    executors_release(&executors);
    listing_finish(&listing);
    scratch_remove(&scratch);
}

TestSuite(survey, .init = start, .fini = end);

static const char *path_of(const char *id, const char *file)
{
    static char path[512];
    cr_assert(tenant_folder(scratch.path, text_of(id), path, sizeof path - 64));
    strcat(path, file);
    return path;
}

static void add_folder(const char *id)
{
    char *path = strdup(path_of(id, "")), *slash = strrchr(path, '/');
    *slash = '\0';
    mkdir(path, 0700);
    *slash = '/';
    cr_assert_eq(mkdir(path, 0700), 0);
    free(path);
}

/* The file has so many bytes, and was changed at that second. */
static void put(const char *id, const char *file, const char *bytes, long second)
{
    const struct timespec times[2] = {{.tv_sec = second}, {.tv_sec = second}};
    FILE *stream = fopen(path_of(id, file), "w");
    cr_assert_not_null(stream);
    cr_assert_geq(fputs(bytes, stream), 0);
    fclose(stream);
    cr_assert_eq(utimensat(AT_FDCWD, path_of(id, file), times, 0), 0);
}

#define DATABASE "/" TENANT_DATABASE
#define LOG DATABASE "-wal"

/* ---- A whole survey ---- */

struct surveying {
    struct store_survey survey;
    pthread_mutex_t lock;
    pthread_cond_t stepped;
    bool done;
    const char *wanted;
    int found; /* How often the wanted one was. */
    int all;
    uint64_t version;
};

static bool take(void *user, struct text organization_id, uint64_t version)
{
    struct surveying *surveying = user;
    surveying->all++;
    if (text_equal(organization_id, text_of(surveying->wanted))) {
        surveying->found++;
        surveying->version = version;
    }
    return true;
}

static int32_t end_step(struct store_survey *survey)
{
    struct surveying *surveying = (struct surveying *)survey;
    pthread_mutex_lock(&surveying->lock);
    surveying->done = true;
    pthread_cond_signal(&surveying->stepped);
    pthread_mutex_unlock(&surveying->lock);
    return GQL_OK;
}

static void step(struct surveying *surveying)
{
    surveying->done = false;
    cr_assert_eq(tenants_survey(&listing, &executors->storage, &surveying->survey), GQL_PENDING);
    pthread_mutex_lock(&surveying->lock);
    while (!surveying->done)
        pthread_cond_wait(&surveying->stepped, &surveying->lock);
    pthread_mutex_unlock(&surveying->lock);
    cr_assert_eq(surveying->survey.status, STORE_OK, "%s", surveying->survey.detail.text);
}

/* How often the organization is found, and its version. */
static int survey_for(const char *id, uint64_t *ret_version)
{
    struct surveying surveying = {.survey = {.found = take, .done = end_step},
                                  .lock = PTHREAD_MUTEX_INITIALIZER,
                                  .stepped = PTHREAD_COND_INITIALIZER,
                                  .wanted = id};
    surveying.survey.user = &surveying;
    for (int steps = 0; surveying.survey.place != SURVEY_END; steps++) {
        cr_assert_lt(steps, 1000);
        step(&surveying);
    }
    *ret_version = surveying.version;
    return surveying.found;
}

static uint64_t version_of(const char *id)
{
    uint64_t version = 0;
    cr_assert_eq(survey_for(id, &version), 1, "%s", id);
    return version;
}

Test(survey, a_folder_without_a_database_is_left_out)
{
    uint64_t version;
    add_folder("acme");
    cr_expect_eq(survey_for("acme", &version), 0);
    put("acme", "/lease", "erased", 1000);
    cr_expect_eq(survey_for("acme", &version), 0);
    put("acme", DATABASE, "x", 1000);
    cr_expect_eq(survey_for("acme", &version), 1);
    cr_expect_eq(survey_for("globex", &version), 0);
}

Test(survey, the_version_stays_until_something_changes)
{
    add_folder("acme");
    add_folder("globex");
    put("acme", DATABASE, "x", 1000);
    put("globex", DATABASE, "x", 1000);
    const uint64_t first = version_of("acme");
    cr_expect_neq(first, 0);
    cr_expect_eq(version_of("acme"), first);
    cr_expect_neq(version_of("globex"), first, "it is another file");
    put("acme", LOG, "", 2000);
    cr_expect_eq(version_of("acme"), first, "a log without a commit");
    put("acme", LOG, "x", 2000);
    const uint64_t logged = version_of("acme");
    cr_expect_neq(logged, first);
    put("acme", LOG, "x", 2001);
    const uint64_t rewritten = version_of("acme");
    cr_expect(rewritten != first && rewritten != logged);
    put("acme", LOG, "xx", 2001);
    cr_expect_neq(version_of("acme"), rewritten);
    unlink(path_of("acme", LOG));
    cr_expect_eq(version_of("acme"), first);
    put("acme", DATABASE, "y", 1001);
    cr_expect_neq(version_of("acme"), first);
}

Test(survey, another_file_at_the_path_is_another_version)
{
    char former[512];
    add_folder("acme");
    put("acme", DATABASE, "x", 1000);
    const uint64_t first = version_of("acme");
    snprintf(former, sizeof former, "%s", path_of("acme", "/kept"));
    cr_assert_eq(rename(path_of("acme", DATABASE), former), 0);
    put("acme", DATABASE, "x", 1000);
    cr_expect_neq(version_of("acme"), first);
}

/* In the same tick, another change may come; and after the clock was set back, all may. */
Test(survey, what_has_just_changed_has_no_version)
{
    const long now = (long)time(NULL);
    add_folder("acme");
    put("acme", DATABASE, "x", now + 60);
    cr_expect_eq(version_of("acme"), 0);
    put("acme", DATABASE, "x", now - 60);
    cr_expect_neq(version_of("acme"), 0);
    put("acme", LOG, "x", now + 60);
    cr_expect_eq(version_of("acme"), 0);
    put("acme", LOG, "", now + 60);
    cr_expect_neq(version_of("acme"), 0);
}
