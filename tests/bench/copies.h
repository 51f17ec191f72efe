// SPDX-License-Identifier: MIT
/* Many databases of organizations, without the time that it takes to create them. */
#ifndef BENCH_COPIES_H
#define BENCH_COPIES_H

#include "plugin/base/text.h"

struct original {
    struct text organization_id;
    char *bytes;
    size_t size;
};

/* Reads the closed database of an organization below a root. Ends the program if it can't. */
struct original original_read(const char *root, struct text organization_id);
void original_free(struct original *original);

/* Gives an organization, whose ID has the same length, a copy. Ends the program if it can't. */
void original_copy(const struct original *original, const char *root, struct text organization_id);

#endif
