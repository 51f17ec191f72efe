// SPDX-License-Identifier: MIT
/* The host's side of the ABI's contract, as far as a call shows it. */
#ifndef PLUGIN_RESOLVERS_CONTRACT_H
#define PLUGIN_RESOLVERS_CONTRACT_H

#include <stdbool.h>

#include "gql_plugin.h"

/*
 * Whether every struct of a call is at least as large as its baseline, and has no flag and no
 * reserved member that must be understood but is not known here. `can_shape`: GQL_CALL_SHAPED is
 * known.
 */
bool contract_is_kept(const gql_call *call, const gql_reply *reply, bool can_shape);

#endif
