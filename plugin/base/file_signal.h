// SPDX-License-Identifier: MIT
/*
 * Files that must not grow. Where a limit on their size is exceeded, the system sends SIGXFSZ to
 * the thread that writes, which by default ends the process. The plugin's own threads block all
 * signals; this is for work on a thread of the host, whose disposition stays as it is.
 */
#ifndef PLUGIN_BASE_FILE_SIGNAL_H
#define PLUGIN_BASE_FILE_SIGNAL_H

#include <signal.h>
#include <stdbool.h>

struct file_signal {
    sigset_t former;
    bool pending; /* Before: it is the host's. */
};

/* From now on a write of this thread fails with EFBIG. On the same thread, end it. */
void file_signal_block(struct file_signal *signal);

/* Takes back what was sent meanwhile. */
void file_signal_restore(const struct file_signal *signal);

#endif
