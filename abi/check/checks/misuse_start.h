// SPDX-License-Identifier: MIT
#ifndef GQL_CHECK_MISUSE_START_H
#define GQL_CHECK_MISUSE_START_H

#include "abi/check/harness/session.h"

/*
 * Calls init and create as hosts that break the contract do; the session has initialized the
 * library and is configured. False after check_fail.
 */
bool misuse_start(struct session *session);

#endif
