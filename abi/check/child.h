// SPDX-License-Identifier: MIT
/* Runs a check in a process of its own. */
#ifndef GQL_CHECK_CHILD_H
#define GQL_CHECK_CHILD_H

#include <signal.h>

#include "abi/check/check.h"

/* Where check_step writes, in the process of a check. */
void check_share(struct check_shared *memory);

/*
 * Forks, runs the check, and waits for it. A process that dies or hangs becomes a result that is
 * not ok. False if no process could be made or the tool was interrupted, with the reason in
 * result->detail. *identity is set where the check learned it. One thread, with the signals of
 * child_signals blocked.
 */
bool child_run(const struct check *check, const struct check_run *run,
               struct check_identity *identity, struct check_result *result);

/* SIGCHLD, and those that interrupt the tool. */
void child_signals(sigset_t *signals);

#endif
