// SPDX-License-Identifier: MIT
/*
 * What the suites of the plugin's insides share: a folder that goes away, a store in it, and
 * mutations that are waited for.
 */
#ifndef FIXTURE_H
#define FIXTURE_H

#include "plugin/store/store.h"

/* A new folder under the system's temporary one; scratch_remove deletes it with what is in it. */
struct scratch {
    char path[64];
};

struct scratch scratch_make(void);
void scratch_remove(const struct scratch *scratch);

/* The path of a file in it; the result is overwritten by the next call. */
const char *scratch_file(const struct scratch *scratch, const char *name);

/* Opens `integrations.db` in the folder, or fails the test. Time is fixture_now_ms. */
struct store *fixture_open(const struct scratch *scratch, const char *locale);
int32_t fixture_try_open(const struct scratch *scratch, const char *locale,
                         struct store **ret_store, gql_failure *failure);

extern _Atomic int64_t fixture_now_ms;

/* All that the store wrote into the log so far. */
const char *fixture_log(void);

/* Submits and waits. The result is to be finished by the caller. */
void fixture_apply(struct store *store, struct store_mutation *mutation);

/* Creates one, or fails the test. */
struct identifier fixture_create(struct store *store, const char *organization_id,
                                 const char *title, bool is_active);

#endif
