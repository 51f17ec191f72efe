// SPDX-License-Identifier: MIT
/* The plugin's own threads. */
#ifndef PLUGIN_BASE_THREAD_H
#define PLUGIN_BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/*
 * Starts a thread. The host handles signals, so the thread blocks them all. It runs under
 * SCHED_BATCH, so that it does not preempt a host's thread in the middle of an answer. Its stack
 * has 256 KiB. False if no thread can be started; errno says why.
 */
bool thread_start(pthread_t *thread, void *(*run)(void *argument), void *argument);

#endif
