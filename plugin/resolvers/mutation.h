// SPDX-License-Identifier: MIT
/*
 * A mutation under way, in the steps that plugin/README.md shows: the target of an update or a
 * deletion, the input, the credential, the commit, the answer.
 */
#ifndef PLUGIN_RESOLVERS_MUTATION_H
#define PLUGIN_RESOLVERS_MUTATION_H

#include "plugin/resolvers/operation.h"

struct mutation;

/* What distinguishes the three mutations. */
struct mutation_type {
    struct operation_type operation; /* MUTATION_OPERATION. */
    enum store_mutation_kind kind;
    uint32_t action; /* GQL_ACTION_…: what the actor must be permitted to do. */
    const char *action_name;
    /*
     * Takes the members of the input, once the action is permitted. Otherwise rejects
     * the operation and returns false.
     */
    bool (*take_input)(struct mutation *mutation);
};

struct mutation {
    struct operation operation;
    const json_t *input;
    struct text id;                 /* Update, delete: as the client wrote it. */
    struct integration_copy target; /* Update, delete: the integration before the change. */
    struct text token;              /* The credentialRef to check before the commit; or no text. */
    enum vault_token_status token_status; /* Of a token that was rejected (STORE_REPEAT). */
    struct store_key key;                 /* Create: if change.key is set. */
    struct store_mutation change;
    struct place place;
    struct task task;
};

int32_t mutation_start(struct operation *operation);
void mutation_finish(struct operation *operation);

#define MUTATION_OPERATION(operation_field, operation_output)                                \
    {                                                                                        \
        .size = sizeof(struct mutation), .start = mutation_start, .finish = mutation_finish, \
        .output = (operation_output), .writes = true, .field = (operation_field),            \
    }

static inline const struct mutation_type *mutation_type_of(const struct mutation *mutation)
{
    return (const struct mutation_type *)mutation->operation.type;
}

#endif
