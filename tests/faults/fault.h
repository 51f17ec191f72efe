// SPDX-License-Identifier: MIT
/*
 * Calls that fail. A program that is linked with `fault_link_args` makes its own calls of these
 * functions, and those of the static libraries within it, through here; jansson's allocations too,
 * after fault_init. Any thread may make such calls; one thread calls the functions below.
 */
#ifndef FAULT_H
#define FAULT_H

#include <stdbool.h>
#include <stdint.h>

/* The kinds of calls. */
enum fault_call { FAULT_ALLOCATE, FAULT_OPEN, FAULT_STAT, FAULT_FSTAT, FAULT_READ, FAULT_CALLS };

/* The calls of one kind from `first`, counted from 1, on fail, `count` of them, with `error`. */
struct fault {
    enum fault_call call;
    int first;
    int count;
    int error;
};

enum { FAULT_FOR_EVER = INT32_MAX };

void fault_init(void);

/* Counts anew. */
void fault_begin(struct fault fault);

/* Ends the fault. Says whether a call failed. */
bool fault_end(void);

/* How many calls of a kind there were since fault_begin. */
int fault_calls(enum fault_call call);

/* While true, read gives a byte at a time. */
void fault_read_slowly(bool slowly);

/* While true, stat tells what it told last, as for changes within a tick of the file's clock. */
void fault_freeze_states(bool frozen);

/* Sets what CLOCK_MONOTONIC says, in milliseconds. */
void fault_set_clock(int64_t ms);

#endif
