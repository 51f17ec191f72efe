// SPDX-License-Identifier: MIT
/* A folder for one test. */
#ifndef TESTS_PLUGIN_SCRATCH_H
#define TESTS_PLUGIN_SCRATCH_H

/* A new folder under TMPDIR, or /tmp; scratch_remove deletes it with its contents. */
struct scratch {
    char path[64];
};

struct scratch scratch_make(void);
void scratch_remove(const struct scratch *scratch);

/* The path of a file in the folder; overwritten by the thread's next call. */
const char *scratch_file(const struct scratch *scratch, const char *name);

#endif
