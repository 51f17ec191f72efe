// SPDX-License-Identifier: MIT
/*
 * Counts the calls under way in an instance, so that it can be drained. Entering is cheap on many
 * threads at once: the processors share GATE_COUNTERS counters, so that few use the same one.
 */
#ifndef PLUGIN_BASE_GATE_H
#define PLUGIN_BASE_GATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { GATE_COUNTERS = 16 };

struct gate {
    struct {
        _Alignas(64) atomic_int inside;
    } counters[GATE_COUNTERS];
    _Alignas(64) atomic_bool closed;
};

void gate_init(struct gate *gate);

/*
 * Any thread. False if the gate is closed. Otherwise pass *ret_ticket to gate_leave, on any thread.
 */
bool gate_enter(struct gate *gate, int *ret_ticket);

/* Any thread. The gate may be freed when this returns. */
void gate_leave(struct gate *gate, int ticket);

/* How many are inside. Any thread. */
uint64_t gate_count(struct gate *gate);

/* Closes the gate and waits until every call has left. May be called again. */
void gate_close(struct gate *gate);

#endif
