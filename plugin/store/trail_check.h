// SPDX-License-Identifier: MIT
/*
 * Verifies a trail, event by event. It ends at the first fault: what comes after it proves nothing.
 * Who can change the whole database can write another trail, which is sound: compare its head with
 * one that was written down elsewhere.
 */
#ifndef PLUGIN_STORE_TRAIL_CHECK_H
#define PLUGIN_STORE_TRAIL_CHECK_H

#include "plugin/store/trail_checkpoint.h"

enum trail_fault {
    TRAIL_SOUND,
    TRAIL_GAP,          /* The events before `at` are missing. */
    TRAIL_BODY_CHANGED, /* Body, salt or digest of the event `at`. */
    TRAIL_BODY_FOREIGN, /* The body of the event `at` is none of the organization's. */
    TRAIL_LINK_CHANGED, /* Entity, digest or hash of the event `at`. */
    TRAIL_TAIL_MISSING, /* The events from `at` on, up to the head. */
    TRAIL_HEAD_CHANGED, /* The head is not that of the last event. */
};

struct trail_check {
    struct trail_head head;             /* As the organization has it. */
    struct trail_checkpoint checkpoint; /* Where the events begin. */
    struct trail_head found;            /* Of the events so far. */
    int64_t erased;                     /* Events without a body. */
    enum trail_fault fault;
    int64_t at; /* The sequence that the fault is at. */
};

void trail_check_begin(struct trail_check *check, const struct trail_checkpoint *checkpoint,
                       const struct trail_head *head);

/*
 * Takes the next event, in rising order. False if there is a fault: none need follow. `check` is a
 * struct trail_check: it is a trail_visit_fn.
 */
bool trail_check_event(void *check, const struct trail_event *event);

/* After the last event. Whether the trail is sound. */
bool trail_check_end(struct trail_check *check);

/* A sentence without a full stop: what is wrong, and where. "" if nothing is. */
void trail_check_describe(const struct trail_check *check, char *text, size_t size);

#endif
