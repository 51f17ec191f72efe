// SPDX-License-Identifier: MIT
/* Calls of every operation, and what must hold after one that met a fault. One thread. */
#ifndef TESTS_FAULTS_CALLS_H
#define TESTS_FAULTS_CALLS_H

#include "tests/plugin/operations/world.h"

/* Those before CREATE read. */
enum operation { READ, PAGE, LOAD, CREATE, CREATE_WITH_TOKEN, UPDATE, DELETE, OPERATIONS };

const char *calls_name(enum operation operation);

/*
 * `id` is that of an integration of organization `acme` in its first version; what is created or
 * listed belongs there, too.
 */
struct mock_pending *calls_start(struct world *world, enum operation operation, const char *id);

/* The value, to be freed, of a call that must succeed. */
char *calls_resolve(struct world *world, enum operation operation, const char *id);

/* What an answer said. Nothing of it is memory of a watched module. */
struct outcome {
    bool unknown; /* Whether something was changed. */
    char *json;   /* NULL: rejected, or in part. */
};

/* Checks that a rejection is a clear one, and frees the answer. `first` is for the message. */
struct outcome calls_outcome(struct mock_answer *answer, enum operation operation, int first);

/* What was acknowledged is on the page of acme, which was `before`; what was rejected is not. */
void calls_expect_effect(struct world *world, enum operation operation,
                         const struct outcome *outcome, const char *id, const char *before);

/* Writing is back within a second or so, for a commit that failed. */
void calls_expect_service(struct world *world);

/* All of acme but those whose titles begin with `kept`. */
void calls_delete_others(struct world *world);

#endif
