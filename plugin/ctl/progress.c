// SPDX-License-Identifier: MIT
#include "plugin/ctl/progress.h"

#include <stdio.h>
#include <unistd.h>

#include "plugin/base/deadline.h"

enum { BAR = 30 };

static const uint64_t FIRST = 1000000000, EACH = 100000000; /* Nanoseconds. */

struct progress progress_begin(const char *what)
{
    return (struct progress){
        .what = what,
        .next = isatty(STDERR_FILENO) ? monotonic_now() + FIRST : UINT64_MAX,
    };
}

void progress_advance(struct progress *progress, long long done, long long all)
{
    static const char full[] = "##############################";
    static const char empty[] = "..............................";
    const uint64_t now = progress->next == UINT64_MAX ? 0 : monotonic_now();
    if (now < progress->next || all <= 0)
        return;
    const long long part = done < all ? done : all;
    const int filled = (int)(part * BAR / all);
    fprintf(stderr, "\r%s [%.*s%.*s] %lld%%", progress->what, filled, full, BAR - filled, empty,
            part * 100 / all);
    progress->next = now + EACH;
    progress->shown = true;
}

void progress_end(struct progress *progress)
{
    if (progress->shown)
        fputs("\r\033[K", stderr);
    progress->shown = false;
}
