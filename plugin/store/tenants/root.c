// SPDX-License-Identifier: MIT
#include "plugin/store/tenants/root.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin/base/failure.h"
#include "plugin/store/sqlite/cure.h"
#include "plugin/store/sqlite/options.h"

enum {
    FILES_RESERVED = 128, /* For the host. */
    /* Of a database with one reader, and its lease: SQLite keeps those of closed ones. */
    FILES_MOST = 3 + 2 + 1,
    PROBE_NANOSECONDS = 1000 * 1000 * 1000,
};

int32_t root_check(const char *root, gql_failure *failure)
{
    struct stat found;
    if (stat(root, &found) != 0 && errno == ENOENT)
        return fail(failure, GQL_E_UNAVAILABLE,
                    "database.root: '%s': %s. Make the folder, owned by the gateway's user with "
                    "the mode 0700",
                    root, strerrordesc_np(errno));
    if (stat(root, &found) != 0)
        return fail(failure, GQL_E_UNAVAILABLE, "database.root: '%s': %s%s", root,
                    strerrordesc_np(errno), cure_of_error(errno).text);
    if (!S_ISDIR(found.st_mode))
        return fail(failure, GQL_E_CONFIG,
                    "database.root: '%s' is not a folder; for a single database use database.path",
                    root);
    if (faccessat(AT_FDCWD, root, R_OK | W_OK | X_OK, AT_EACCESS) != 0)
        return fail(failure, GQL_E_UNAVAILABLE, "database.root: '%s' can't be used: %s%s", root,
                    strerrordesc_np(errno), cure_of_folder(root).text);
    return GQL_OK;
}

static int integer(const json_t *settings, const char *name)
{
    return (int)json_integer_value(json_object_get(settings, name));
}

int root_most_open(const struct store_options *options)
{
    struct rlimit files;
    const json_t *settings = options->database;
    const int most = options->organization.data != NULL ? 1 : integer(settings, "maxOpen");
    const int each = FILES_MOST + 2 * (sqlite_options_readers(settings) - 1);
    if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY)
        return most;
    const rlim_t possible = files.rlim_cur > FILES_RESERVED
                                ? (files.rlim_cur - FILES_RESERVED) / (rlim_t)each
                                : 1;
    return possible < 1 ? 1 : possible < (rlim_t)most ? (int)possible : most;
}

bool root_is_short_of_files(void)
{
    int files[FILES_MOST + 2];
    size_t count = 0;
    while (count < sizeof files / sizeof files[0] &&
           (files[count] = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) >= 0)
        count++;
    const bool short_of = count < sizeof files / sizeof files[0];
    while (count > 0)
        close(files[--count]);
    return short_of;
}

/* ---- Whether it can be used again ---- */

/* A file without a name, which is gone with its descriptor. */
static bool can_write(const char *root)
{
    static const char content[4096];
    const int file = open(root, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    if (file < 0)
        return errno == EOPNOTSUPP || errno == EISDIR; /* Not every file system knows that. */
    const bool written = write(file, content, sizeof content) == sizeof content && fsync(file) == 0;
    close(file);
    return written;
}

static void probe(struct job *job)
{
    const struct root_probe *probe = (struct root_probe *)job;
    if (root_is_short_of_files())
        return;
    state_prove(probe->board, PROOF_READS, monotonic_now());
    if (can_write(probe->root))
        state_prove(probe->board, PROOF_CHANGES, monotonic_now());
}

void root_probe_init(struct root_probe *probing, const char *root, struct state_board *board,
                     struct pool *pool)
{
    *probing = (struct root_probe){.root = root, .board = board};
    job_init(&probing->job, pool, probe);
}

void root_probe_start(struct root_probe *probing)
{
    const uint64_t now = monotonic_now();
    if (now < atomic_load(&probing->next))
        return;
    atomic_store(&probing->next, now + PROBE_NANOSECONDS);
    job_wake(&probing->job);
}

void root_probe_finish(struct root_probe *probing)
{
    job_stop(&probing->job);
}
