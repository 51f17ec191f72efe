// SPDX-License-Identifier: MIT
/*
 * Going on with what databases get, until somebody ends it: the places in the trails that have been
 * given, and which databases have changed since. One thread of the process.
 */
#ifndef PLUGIN_CTL_FOLLOW_H
#define PLUGIN_CTL_FOLLOW_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "plugin/base/text.h"

struct follow {
    json_t *databases; /* By path: what was seen of its files, and the places by organization. */
};

/* From now on, SIGINT and SIGTERM end it. False: memory ran out. */
bool follow_begin(struct follow *follow);
void follow_end(struct follow *follow);

/* Whether the database's files have changed since the last time, or this is the first. */
bool follow_is_changed(struct follow *follow, const char *path);

/* The sequence of the last event that was given; 0: none was. */
int64_t follow_place(const struct follow *follow, const char *path, struct text organization_id);
void follow_set_place(struct follow *follow, const char *path, struct text organization_id,
                      int64_t sequence);

/* Whether a signal came. */
bool follow_is_over(void);

/*
 * Writes out what was printed, and waits a second. False if it is over: by a signal, or because
 * nobody reads any more; then nothing is left to be written.
 */
bool follow_wait(void);

#endif
