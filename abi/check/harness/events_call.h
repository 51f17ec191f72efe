// SPDX-License-Identifier: MIT
/* Calls of the functions of gql_events. */
#ifndef GQL_CHECK_EVENTS_CALL_H
#define GQL_CHECK_EVENTS_CALL_H

#include "abi/check/harness/fixture.h"

/* How many steps a claim, or the pages of an organization, may take. */
enum { EVENTS_STEPS_MAX = 10000 };

struct events_session {
    struct fixture fixture;
    const gql_events *events;
    char code[64]; /* Of the last call's rejection; empty: it was resolved. */
};

/* Who claims. */
#define EVENTS_CONSUMER "gql-plugin-check"

static inline struct check_run *events_run(const struct events_session *session)
{
    return session->fixture.session.run;
}

/*
 * Begins with an instance. False if there is nothing to check: the plugin has no events, or after
 * check_fail, check_skip or check_mistake.
 */
bool events_begin(struct check_run *run, struct events_session *session);

/* Drains and destroys the instance, and closes the session. Frees nothing if the check failed. */
void events_end(struct events_session *session);

/* Makes the calls of the plan, which may change something. False after check_skip. */
bool events_change(struct events_session *session);

/* An actor who may read everything, and others. */
extern const struct plan_request events_reader, events_nobody, events_stranger;

/*
 * Makes a call, and takes the reference of the arguments. Returns the result, an object and a new
 * reference; NULL if it was rejected, or after check_fail.
 */
json_t *events_read(struct events_session *session, const struct plan_request *by,
                    json_t *arguments);
json_t *events_claim(struct events_session *session, const struct plan_request *by,
                     json_t *arguments);
json_t *events_acknowledge(struct events_session *session, json_t *arguments);

/* The next batch of EVENTS_CONSUMER, in as many steps as it takes. NULL: there is none. */
json_t *events_next_batch(struct events_session *session, int limit);

/* A member that is a text; if it is none, check_fail, and "". */
const char *events_text(struct events_session *session, const json_t *object, const char *name);

/*
 * Checks the form of a list of events of an organization: sequences that rise by `step` (1, -1, or
 * 0 if some may be passed over), and a position each. False after check_fail.
 */
bool events_check_list(struct events_session *session, const json_t *list, const char *organization,
                       int step);

#endif
