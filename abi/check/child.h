// SPDX-License-Identifier: MIT
/* Runs a check in a child process. */
#ifndef GQL_CHECK_CHILD_H
#define GQL_CHECK_CHILD_H

#include <signal.h>

#include "abi/check/harness/check.h"

/*
 * Forks, runs the check and waits for it. A child that crashes or hangs gives the result
 * CHECK_NOT_OK. Sets *identity and
 * run->rounds if the check found them out. False if the child could not be started
 * or the tool was interrupted; result->detail then says why. The calling process must have one
 * thread, with the signals of child_signals blocked.
 */
bool child_run(const struct check *check, struct check_run *run, struct check_identity *identity,
               struct check_result *result);

/* SIGCHLD, and the signals that interrupt the tool. */
void child_signals(sigset_t *signals);

#endif
