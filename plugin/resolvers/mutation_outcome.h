// SPDX-License-Identifier: MIT
/* The answers of mutations. */
#ifndef PLUGIN_RESOLVERS_MUTATION_OUTCOME_H
#define PLUGIN_RESOLVERS_MUTATION_OUTCOME_H

#include "plugin/resolvers/mutation.h"

/*
 * Makes room for the answer before anything is written: once a change is durable, its answer must
 * not fail for want of memory. False if there is no room.
 */
bool mutation_reserve_reply(struct mutation *mutation);

/* As store_mutation.done: answers with what became of the change. */
void mutation_answer(struct store_mutation *change);

/* Each completes the operation: see operation.h. */
int32_t mutation_reject_conflict(struct mutation *mutation, int32_t current_version);
int32_t mutation_reject_token(struct mutation *mutation, enum vault_token_status status);

#endif
