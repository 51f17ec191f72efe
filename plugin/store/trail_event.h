// SPDX-License-Identifier: MIT
/* An event as it is before it has its place in a trail, whatever engine stores it. */
#ifndef PLUGIN_STORE_TRAIL_EVENT_H
#define PLUGIN_STORE_TRAIL_EVENT_H

#include "plugin/store/trail.h"
#include "plugin/store/trail_body.h"

/*
 * Draws the salt and facts->random, and writes the body with a writer that has begun, to which it
 * then belongs. False if out of memory.
 */
bool trail_event_write(struct json_writer *writer, struct trail_facts *facts,
                       struct trail_event *ret_event);

#endif
