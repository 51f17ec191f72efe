// SPDX-License-Identifier: MIT
/*
 * Arguments of the functions of gql_events. Each function that takes one rejects the operation and
 * returns false if it is wrong, and leaves what is not given as it is.
 */
#ifndef PLUGIN_RESOLVERS_EVENT_INPUT_H
#define PLUGIN_RESOLVERS_EVENT_INPUT_H

#include "plugin/resolvers/operation.h"

/* `limit`, or EVENT_PAGE_DEFAULT. */
bool event_input_take_limit(struct operation *operation, int *ret_limit);

/* A position of operation->organization_id. */
bool event_input_take_position(struct operation *operation, const char *name,
                               int64_t *ret_sequence);

/* A time in the member of `object` that the last part of `field` names: Unix milliseconds. */
bool event_input_take_time(struct operation *operation, const json_t *object, const char *field,
                           int64_t *ret_ms);

/*
 * `consumer`, and the grants that one needs, which are for all that the instance serves. The name
 * is borrowed from the arguments.
 */
bool event_input_take_consumer(struct operation *operation, struct text *ret_name);

/* `leaseMilliseconds`. */
bool event_input_take_duration(struct operation *operation, int64_t *ret_ms);

#endif
