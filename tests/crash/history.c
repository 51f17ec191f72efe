// SPDX-License-Identifier: MIT
#include "tests/crash/history.h"

#include <stdio.h>
#include <stdlib.h>

/* The earliest and the latest moment at which a version can have been made. */
struct window {
    uint64_t earliest;
    uint64_t latest;
    bool made;
};

static bool report(char *violation, size_t room, const char *what, int version)
{
    snprintf(violation, room, "%s: version %d", what, version);
    return false;
}

static int highest(const struct observation *observations, size_t count)
{
    int version = 1;
    for (size_t i = 0; i < count; i++)
        version = observations[i].version > version ? observations[i].version : version;
    return version;
}

static bool note_makers(const struct observation *observations, size_t count,
                        struct window *windows, char *violation, size_t room)
{
    for (size_t i = 0; i < count; i++) {
        struct window *window = &windows[observations[i].version];
        if (!observations[i].made)
            continue;
        if (window->made)
            return report(violation, room, "made twice", observations[i].version);
        *window = (struct window){observations[i].begin, observations[i].end, true};
    }
    return true;
}

/* An observed version was made before the observation ended, and so were all earlier versions. */
static void tighten(const struct observation *observations, size_t count, struct window *windows,
                    int top)
{
    for (size_t i = 0; i < count; i++) {
        struct window *window = &windows[observations[i].version];
        if (observations[i].end < window->latest)
            window->latest = observations[i].end;
        /* The next version was made after each observation of this one began. */
        struct window *next = &windows[observations[i].version + 1];
        if (observations[i].begin > next->earliest)
            next->earliest = observations[i].begin;
    }
    for (int version = 2; version <= top; version++) {
        if (windows[version - 1].earliest > windows[version].earliest)
            windows[version].earliest = windows[version - 1].earliest;
    }
    for (int version = top; version > 1; version--) {
        if (windows[version].latest < windows[version - 1].latest)
            windows[version - 1].latest = windows[version].latest;
    }
}

bool history_is_legal(const struct observation *observations, size_t count, char *violation,
                      size_t room)
{
    const int top = highest(observations, count);
    struct window *windows = calloc((size_t)top + 2, sizeof *windows);
    for (int version = 0; version <= top + 1; version++)
        windows[version].latest = UINT64_MAX;
    bool legal = note_makers(observations, count, windows, violation, room);
    if (legal)
        tighten(observations, count, windows, top);
    for (int version = 2; version <= top && legal; version++) {
        if (!windows[version].made)
            legal = report(violation, room, "observed, but no update made it", version);
        else if (windows[version].earliest > windows[version].latest)
            legal = report(violation, room,
                           "observed before it was made, or after the next one was made", version);
    }
    free(windows);
    return legal;
}
