// SPDX-License-Identifier: MIT
#include "plugin/store/tenants/survey.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "plugin/base/tenant_path.h"
#include "plugin/store/tenants/file_age.h"

enum { SHELVES = 256 };

/* ---- The files of a database ---- */

/* What a commit, or another file at the path, changes. */
struct sight {
    uint64_t file, size;
    int64_t second, nanosecond;
};

static struct sight sight_of(const struct stat *found)
{
    return (struct sight){(uint64_t)found->st_ino, (uint64_t)found->st_size,
                          (int64_t)found->st_mtim.tv_sec, (int64_t)found->st_mtim.tv_nsec};
}

/*
 * The database and its log, by two system calls: who opens and closes it without a change leaves
 * both as they were, since a log without a commit is empty. False if there is no database.
 */
static bool look(const struct listing *listing, struct text organization_id, uint64_t *ret_version)
{
    static const char suffix[] = "-wal";
    struct sight sights[2] = {{0}};
    struct stat found;
    char path[PATH_MAX];
    *ret_version = 0;
    if (!tenant_folder(listing->root, organization_id, path,
                       sizeof path - sizeof "/" TENANT_DATABASE - sizeof suffix))
        return false;
    strcat(path, "/" TENANT_DATABASE);
    if (stat(path, &found) != 0)
        return errno != ENOENT && errno != ENOTDIR;
    bool is_young = file_is_young(&found.st_mtim);
    sights[0] = sight_of(&found);
    strcat(path, suffix);
    if (stat(path, &found) == 0 && found.st_size > 0) {
        is_young = is_young || file_is_young(&found.st_mtim);
        sights[1] = sight_of(&found);
    }
    if (!is_young)
        *ret_version = organization_hash(&listing->key,
                                         (struct text){(const char *)sights, sizeof sights}) |
                       1;
    return true;
}

/* ---- A step ---- */

static bool give(const struct listing *listing, const struct listed *entries, size_t count,
                 const struct store_survey *survey)
{
    uint64_t version;
    bool wanted = true;
    for (size_t i = 0; i < count && wanted; i++) {
        const struct text id = tenant_id_text(&entries[i].id);
        if (look(listing, id, &version))
            wanted = survey->found(survey->user, id, version);
    }
    return wanted;
}

static enum store_status visit_shelf(struct listing *listing, uint32_t tag,
                                     struct store_survey *survey)
{
    size_t count;
    struct listed *entries = NULL;
    enum store_status status = listing_is_outdated(listing, tag)
                                   ? listing_refresh(listing, tag, &survey->detail)
                                   : STORE_OK;
    if (status != STORE_OK)
        return status;
    if (!listing_copy(listing, tag, &entries, &count) || !give(listing, entries, count, survey))
        status = STORE_NO_MEMORY;
    free(entries);
    return status;
}

static void run(struct task *task)
{
    struct store_survey *survey =
        (struct store_survey *)((char *)task - offsetof(struct store_survey, task));
    survey->status = visit_shelf(survey->listing, (uint32_t)survey->place << 16, survey);
    if (survey->status == STORE_OK && ++survey->place == SHELVES)
        survey->place = SURVEY_END;
    survey->done(survey);
}

int32_t tenants_survey(struct listing *listing, struct pool *pool, struct store_survey *survey)
{
    survey->listing = listing;
    survey->task.run = run;
    if (pool_submit(pool, &survey->task))
        return GQL_PENDING;
    survey->status = STORE_SHORTAGE;
    store_detail_no_thread(&survey->detail, errno);
    return survey->done(survey);
}
