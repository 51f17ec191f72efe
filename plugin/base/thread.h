// SPDX-License-Identifier: MIT
/* Threads of the plugin's own. */
#ifndef PLUGIN_BASE_THREAD_H
#define PLUGIN_BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/*
 * Starts a thread that takes no signals, which are the host's, and that does not push others aside
 * when it wakes (SCHED_BATCH): those are the host's too, and mostly in the middle of answering
 * somebody. False if it can't be had.
 */
bool thread_start(pthread_t *thread, void *(*run)(void *argument), void *argument);

#endif
