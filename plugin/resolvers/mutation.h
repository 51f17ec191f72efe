// SPDX-License-Identifier: MIT
/* A mutation under way: it outlives the resolver, and answers when it is durable or refused. */
#ifndef RESOLVERS_MUTATION_H
#define RESOLVERS_MUTATION_H

#include "plugin/resolvers/operation.h"

struct mutation {
    struct operation operation;
    struct store_mutation change;
    struct text id;                  /* Update, delete: as the client wrote it. */
    struct integration_list current; /* Update, delete: the integration before anything else. */
    struct text token;               /* A new credentialRef, to be checked first; or no text. */
    struct verifier_job job;
    enum vault_token_status refusal; /* What came of the check. */
};

/*
 * Takes the operation over, with its arguments. NULL if memory ran out; the operation is then
 * refused and over.
 */
struct mutation *mutation_begin(const struct operation *operation, enum store_mutation_kind kind);

/* Ends a mutation whose reply is completed. */
void mutation_end(struct mutation *mutation);

/*
 * Reads the integration that the input names. Rejects and returns false unless the actor may do
 * `action` (and READ) to it.
 */
bool mutation_take_target(struct mutation *mutation, const json_t *input, uint32_t action,
                          const char *action_name);

/* Takes `title`, trimmed; rejects and returns false if it breaks the rules. */
bool mutation_take_title(struct mutation *mutation, const json_t *input);

/* Takes `credentialRef`, if it is there; rejects and returns false what is plainly no token. */
bool mutation_take_credential_ref(struct mutation *mutation, const json_t *input);

/*
 * Checks the token, if there is one, and submits the change, on other threads than the caller's;
 * refuses it where too many wait. Returns what a resolver returns.
 */
int32_t mutation_run(struct mutation *mutation);

#endif
