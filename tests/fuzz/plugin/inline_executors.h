// SPDX-License-Identifier: MIT
/* The executors of a program with one thread, which runs the jobs that were woken by itself. */
#ifndef FUZZ_PLUGIN_INLINE_EXECUTORS_H
#define FUZZ_PLUGIN_INLINE_EXECUTORS_H

/* After each call: its reply is complete when this returns. */
void inline_executors_run(void);

#endif
