// SPDX-License-Identifier: MIT
#include "plugin/store/tenants/root_guard.h"

#include <stdio.h>

bool root_guard_init(struct root_guard *guard, const char *root,
                     const struct store_options *options, struct state_board *board)
{
    struct stat found;
    *guard = (struct root_guard){.root = root, .options = options, .board = board};
    if (stat(root, &found) != 0)
        return false;
    guard->device = found.st_dev;
    guard->inode = found.st_ino;
    return true;
}

static void say_gone(const struct root_guard *guard)
{
    char line[1024];
    snprintf(line, sizeof line,
             "database.root: '%.512s' is not the folder any more that was there at the start: it "
             "was moved, or its volume is not mounted. What is not open is not served until it is "
             "back; for another folder, restart the gateway",
             guard->root);
    guard->options->log(guard->options->user, GQL_LOG_ERROR, line);
}

static void say_back(const struct root_guard *guard)
{
    char line[1024];
    snprintf(line, sizeof line, "database.root: '%.512s' is back, and is served again",
             guard->root);
    guard->options->log(guard->options->user, GQL_LOG_INFO, line);
}

bool root_guard_check(struct root_guard *guard)
{
    char reason[256] = "";
    struct stat found;
    const bool there = stat(guard->root, &found) == 0 && found.st_dev == guard->device &&
                       found.st_ino == guard->inode;
    if (!there)
        snprintf(reason, sizeof reason, "database.root: '%.150s' was moved, or is not mounted",
                 guard->root);
    if (state_report(guard->board, STATE_FILE, there ? STORE_HEALTHY : STORE_FAILED, reason))
        (there ? say_back : say_gone)(guard);
    return there;
}
