// SPDX-License-Identifier: MIT
#include "plugin/base/file_signal.h"

#include <time.h>

static sigset_t only(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGXFSZ);
    return set;
}

static bool is_pending(void)
{
    sigset_t pending;
    return sigpending(&pending) == 0 && sigismember(&pending, SIGXFSZ) == 1;
}

void file_signal_block(struct file_signal *signal)
{
    const sigset_t set = only();
    pthread_sigmask(SIG_BLOCK, &set, &signal->former);
    signal->pending = is_pending();
}

void file_signal_restore(const struct file_signal *signal)
{
    static const struct timespec at_once;
    const sigset_t set = only();
    if (!signal->pending && is_pending())
        sigtimedwait(&set, NULL, &at_once);
    pthread_sigmask(SIG_SETMASK, &signal->former, NULL);
}
