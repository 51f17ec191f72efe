// SPDX-License-Identifier: MIT
#include "plugin/store/tenants/lease_hold.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "plugin/base/failure.h"
#include "plugin/base/tenant_path.h"
#include "vault/file.h"

enum {
    PATIENCE_MILLISECONDS = 10000, /* Gateways look twice a second, and finish what is under way. */
    PAUSE_MILLISECONDS = 20,
    WORD_WIDTH = 9, /* Of `suspended`. Blanks behind a word do not count. */
};

struct lease_path {
    char text[PATH_MAX];
};

static struct lease_path path_of(const char *folder, const char *name)
{
    struct lease_path path;
    snprintf(path.text, sizeof path.text, "%s/%s", folder, name);
    return path;
}

static int32_t fail_file(const struct lease_hold *hold, const char *doing, gql_failure *failure)
{
    const int error = errno;
    return fail(failure, GQL_E_UNAVAILABLE, "'%s/" TENANT_LEASE "' can't be %s: %s", hold->folder,
                doing, strerrordesc_np(error));
}

/* ---- The former state ---- */

/* The state on the first line, the move on the second. */
static void read_former(struct lease_hold *hold)
{
    char text[WORD_WIDTH + LEASE_MOVE_SIZE + 2];
    const int file = open(path_of(hold->folder, TENANT_LEASE_FORMER).text,
                          O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    const ssize_t found = file < 0 ? 0 : read(file, text, sizeof text - 1);
    const size_t size = found < 0 ? 0 : (size_t)found;
    text[size] = '\0';
    const size_t line = strcspn(text, "\n");
    hold->former = lease_state_of(text, line);
    if (hold->former == LEASE_MOVING)
        hold->former = LEASE_SUSPENDED;
    if (line < size)
        snprintf(hold->move, sizeof hold->move, "%.*s", LEASE_MOVE_SIZE - 1, text + line + 1);
    if (file >= 0)
        close(file);
}

static int32_t write_former(struct lease_hold *hold, const char *move, gql_failure *failure)
{
    char text[WORD_WIDTH + LEASE_MOVE_SIZE + 2];
    struct vault_failure why;
    const struct vault_file_access access = vault_file_own_access(0600);
    const char *word = lease_word(hold->former);
    if (word == NULL) /* It was damaged, and counted as suspended. */
        word = lease_word(LEASE_SUSPENDED);
    const int size = snprintf(text, sizeof text, "%s\n%s", word, move);
    if (!vault_file_write(path_of(hold->folder, TENANT_LEASE_FORMER).text, text, (size_t)size,
                          &access, &why))
        return fail(failure, GQL_E_UNAVAILABLE, "%s", why.message);
    snprintf(hold->move, sizeof hold->move, "%s", move);
    return GQL_OK;
}

/* ---- The file ---- */

/*
 * The owner of the folder is the user who runs the gateways, and could have put a link to a file of
 * root's there.
 */
static bool give_to_owner(int file, const char *folder)
{
    struct stat owner, found;
    if (geteuid() != 0)
        return true;
    if (stat(folder, &owner) != 0 || fstat(file, &found) != 0)
        return false;
    if (found.st_uid == owner.st_uid)
        return true;
    if (S_ISREG(found.st_mode) && found.st_nlink == 1)
        return fchown(file, owner.st_uid, owner.st_gid) == 0;
    errno = EMLINK;
    return false;
}

int32_t lease_hold_begin(struct lease_hold *hold, const char *folder, gql_failure *failure)
{
    *hold = (struct lease_hold){.folder = folder};
    hold->file = open(path_of(folder, TENANT_LEASE).text,
                      O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (hold->file < 0)
        return fail_file(hold, "opened", failure);
    sigprocmask(SIG_SETMASK, NULL, &hold->signals);
    int32_t code = GQL_OK;
    if (flock(hold->file, LOCK_EX | LOCK_NB) != 0)
        code = errno == EWOULDBLOCK
                   ? fail(failure, GQL_E_UNAVAILABLE,
                          "another tool is at work in '%s'; try again when it is done", folder)
                   : fail_file(hold, "locked", failure);
    else if (!give_to_owner(hold->file, folder))
        code = fail_file(hold, "given to the owner of its folder", failure);
    if (code != GQL_OK) {
        lease_hold_end(hold);
        return code;
    }
    hold->state = lease_read(hold->file);
    hold->former = hold->state;
    if (hold->state == LEASE_MOVING)
        read_former(hold);
    return GQL_OK;
}

/* In one write of one size: whoever reads meanwhile finds the one word or the other. */
int32_t lease_hold_write(struct lease_hold *hold, enum lease_state state, gql_failure *failure)
{
    char line[WORD_WIDTH + 2];
    const char *word = lease_word(state == LEASE_DAMAGED ? LEASE_SUSPENDED : state);
    const int size = snprintf(line, sizeof line, "%-*s\n", WORD_WIDTH, word);
    if (pwrite(hold->file, line, (size_t)size, 0) != size || ftruncate(hold->file, size) != 0 ||
        fsync(hold->file) != 0)
        return fail_file(hold, "written", failure);
    hold->state = state;
    if (state != LEASE_MOVING)
        unlink(path_of(hold->folder, TENANT_LEASE_FORMER).text);
    return GQL_OK;
}

void lease_hold_end(struct lease_hold *hold)
{
    if (hold->file < 0)
        return;
    close(hold->file);
    hold->file = -1;
    sigprocmask(SIG_SETMASK, &hold->signals, NULL);
}

/* ---- Waiting ---- */

static const int ending[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

enum { ENDING = sizeof ending / sizeof *ending };

static void hold_back_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < ENDING; i++)
        sigaddset(&set, ending[i]);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

static bool signal_came(void)
{
    sigset_t pending;
    bool came = false;
    sigpending(&pending);
    for (size_t i = 0; i < ENDING; i++)
        came = came || sigismember(&pending, ending[i]) == 1;
    return came;
}

static bool lock_alone(int file)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fcntl(file, F_OFD_SETLK, &lock) == 0;
}

static bool wait_alone(int file)
{
    const struct timespec pause = {.tv_nsec = PAUSE_MILLISECONDS * 1000000};
    for (int waited = 0; waited < PATIENCE_MILLISECONDS; waited += PAUSE_MILLISECONDS) {
        if (lock_alone(file))
            return true;
        if (signal_came())
            return false;
        nanosleep(&pause, NULL);
    }
    return false;
}

static int32_t fail_to_close(const struct lease_hold *hold, gql_failure *failure)
{
    const bool stays = hold->state == LEASE_ERASED;
    if (signal_came())
        return fail(failure, GQL_E_UNAVAILABLE, "interrupted while gateways had '%s' open; %s",
                    hold->folder,
                    stays ? "its tombstone stays: run this again" : "nothing was changed");
    return fail(failure, GQL_E_UNAVAILABLE,
                "a gateway or a tool still has the database in '%s' open; %s, or end what has the "
                "file '" TENANT_LEASE "' open there (fuser)",
                hold->folder,
                stays ? "its tombstone stays: run this again" : "nothing was changed: try again");
}

int32_t lease_hold_close_database(struct lease_hold *hold, enum lease_state state, const char *move,
                                  gql_failure *failure)
{
    gql_failure ignored = {.struct_size = sizeof ignored};
    hold_back_signals();
    int32_t code = state == LEASE_ERASED ? GQL_OK : write_former(hold, move, failure);
    if (code == GQL_OK)
        code = lease_hold_write(hold, state, failure);
    if (code == GQL_OK && wait_alone(hold->file))
        return GQL_OK;
    if (code == GQL_OK)
        code = fail_to_close(hold, failure);
    if (state != LEASE_ERASED)
        lease_hold_write(hold, hold->former, &ignored);
    return code;
}

static bool is_locked(int file)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fcntl(file, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

enum lease_state lease_hold_peek(const char *folder, bool *ret_is_open)
{
    const int file = open(path_of(folder, TENANT_LEASE).text,
                          O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    const enum lease_state state = file < 0 ? LEASE_ACTIVE : lease_read(file);
    *ret_is_open = file >= 0 && is_locked(file);
    if (file >= 0)
        close(file);
    return state;
}
