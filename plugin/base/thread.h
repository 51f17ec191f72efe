// SPDX-License-Identifier: MIT
/* The plugin's own threads. */
#ifndef PLUGIN_BASE_THREAD_H
#define PLUGIN_BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/*
 * Starts a thread. Signals are the host's, so the thread blocks them all. The host's threads are
 * often in the middle of an answer, so the thread does not preempt them when it wakes
 * (SCHED_BATCH). False if no thread can be started.
 */
bool thread_start(pthread_t *thread, void *(*run)(void *argument), void *argument);

#endif
