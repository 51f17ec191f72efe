// SPDX-License-Identifier: MIT
#include "plugin/ctl/follow.h"

#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugin/base/limits.h"

enum { WAIT_MILLISECONDS = 1000 };

static volatile sig_atomic_t is_over;

static void end_it(int signal)
{
    (void)signal;
    is_over = 1;
}

bool follow_begin(struct follow *follow)
{
    const struct sigaction ending = {.sa_handler = end_it}, ignored = {.sa_handler = SIG_IGN};
    sigaction(SIGINT, &ending, NULL);
    sigaction(SIGTERM, &ending, NULL);
    sigaction(SIGPIPE, &ignored, NULL); /* follow_wait finds out. */
    follow->databases = json_object();
    return follow->databases != NULL;
}

void follow_end(struct follow *follow)
{
    json_decref(follow->databases);
}

/* ---- What was seen ---- */

struct sight {
    char text[128];
};

static struct sight look(const char *path)
{
    char log[PATH_MAX + 8];
    struct stat database = {0}, wal = {0};
    struct sight sight;
    snprintf(log, sizeof log, "%s-wal", path);
    stat(path, &database);
    stat(log, &wal);
    snprintf(sight.text, sizeof sight.text, "%lld.%09ld %lld %lld.%09ld %lld",
             (long long)database.st_mtim.tv_sec, database.st_mtim.tv_nsec,
             (long long)database.st_size, (long long)wal.st_mtim.tv_sec, wal.st_mtim.tv_nsec,
             (long long)wal.st_size);
    return sight;
}

bool follow_is_changed(struct follow *follow, const char *path)
{
    const struct sight now = look(path);
    json_t *database = json_object_get(follow->databases, path);
    if (database == NULL) {
        json_object_set_new(follow->databases, path,
                            json_pack("{s:s, s:{}}", "sight", now.text, "places"));
        return true;
    }
    if (strcmp(json_string_value(json_object_get(database, "sight")), now.text) == 0)
        return false;
    json_object_set_new(database, "sight", json_string(now.text));
    return true;
}

/* ---- Places ---- */

/* IDs may hold NUL. */
struct name {
    char text[2 * ORGANIZATION_ID_MAX + 1];
};

static struct name name_of(struct text id)
{
    struct name name;
    sodium_bin2hex(name.text, sizeof name.text, (const unsigned char *)id.data, id.size);
    return name;
}

static json_t *places_of(const struct follow *follow, const char *path)
{
    return json_object_get(json_object_get(follow->databases, path), "places");
}

int64_t follow_place(const struct follow *follow, const char *path, struct text organization_id)
{
    return json_integer_value(
        json_object_get(places_of(follow, path), name_of(organization_id).text));
}

void follow_set_place(struct follow *follow, const char *path, struct text organization_id,
                      int64_t sequence)
{
    json_object_set_new(places_of(follow, path), name_of(organization_id).text,
                        json_integer(sequence));
}

/* ---- Waiting ---- */

bool follow_is_over(void)
{
    return is_over != 0;
}

/* For a pipe that nobody reads, poll returns at once. */
static bool is_read(int timeout_ms)
{
    struct pollfd output = {.fd = STDOUT_FILENO};
    return poll(&output, 1, timeout_ms) <= 0 || (output.revents & (POLLERR | POLLHUP)) == 0;
}

bool follow_wait(void)
{
    if (fflush(stdout) == 0 && ferror(stdout) == 0 && !is_over && is_read(WAIT_MILLISECONDS))
        return !is_over;
    if (!is_read(0))
        is_over = freopen("/dev/null", "w", stdout) != NULL;
    return false;
}
