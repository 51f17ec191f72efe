// SPDX-License-Identifier: MIT
/* What the suites of events share: a world whose plugin has events, and calls of them. */
#ifndef EVENT_CALLS_H
#define EVENT_CALLS_H

#include "tests/plugin/operations/world.h"

extern struct world world;
extern const gql_events *events;

/* For each test. */
void events_make(void);
void events_clean(void);

/* Whether each organization has a database of its own. */
bool events_are_apart(void);

struct mock_answer *events_call_of(gql_instance *instance, gql_resolve_fn function,
                                   const struct mock_request *request, const char *arguments);

/* A new reference to what the call must resolve to. */
json_t *events_resolve(gql_instance *instance, gql_resolve_fn function, const char *arguments);

/* The sequences of the events, as "1 2 3"; overwritten by the next call. */
const char *events_sequences(const json_t *list);

#define HOOKS "{\"consumer\":\"hooks\"}"

/* The batch of a claim that is not null, of any steps; a new reference. NULL: nothing is left. */
json_t *events_claim_as(gql_instance *instance, const char *arguments);
json_t *events_claim(const char *arguments);

void events_expect_nothing(gql_instance *instance, const char *arguments);
void events_expect_batch(const json_t *batch, const char *organization_id, const char *expected);

/* `position` is a dotted path in the batch; `more` is put behind it. */
struct mock_answer *events_acknowledge_as(gql_instance *instance, const json_t *batch,
                                          const char *position, const char *more);
void events_expect_taken(struct mock_answer *answer);
void events_acknowledge(const json_t *batch);

/* So many integrations. */
void events_create(const char *organization_id, int count);

#endif
