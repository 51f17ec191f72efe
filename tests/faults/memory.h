// SPDX-License-Identifier: MIT
/*
 * Allocations that fail. A program that is linked with memory.c takes every allocation of the
 * process, those of shared libraries too; those that a watched module asks for are counted, and
 * fail on demand. So does the start of a thread, which takes memory for its stack. Any thread may
 * allocate; one thread calls the functions below. Not with a sanitizer, which does the same.
 */
#ifndef TESTS_FAULTS_MEMORY_H
#define TESTS_FAULTS_MEMORY_H

#include <limits.h>
#include <stddef.h>

enum { MEMORY_FOR_EVER = INT_MAX };

/*
 * Watches the modules that are loaded now and have one of these texts in their path; `parts` ends
 * with NULL.
 */
void memory_watch(const char *const *parts);

/* Counts anew. The allocations from `first` on, counted from 1, fail, `count` of them. */
void memory_fail(int first, int count);

/* Ends the fault. Returns how many allocations failed. */
int memory_mend(void);

/* How many allocations there were between memory_fail and memory_mend. */
int memory_count(void);

/* How many blocks of the watched modules are not freed. */
size_t memory_live(void);

#endif
