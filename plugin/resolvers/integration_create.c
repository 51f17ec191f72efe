// SPDX-License-Identifier: MIT
/* Mutation.integrationCreate. */
#include "plugin/resolvers/idempotency.h"
#include "plugin/resolvers/mutation_input.h"
#include "plugin/resolvers/resolvers.h"

static bool take_input(struct mutation *mutation)
{
    struct store_mutation *change = &mutation->change;
    if (!idempotency_accepts(&mutation->operation) || !mutation_take_title(mutation) ||
        !mutation_take_credential_ref(mutation))
        return false;
    if (mutation->operation.request->idempotency_key != NULL) {
        idempotency_hash(&mutation->operation, change->title, change->credential_ref,
                         &mutation->key);
        change->key = &mutation->key;
    }
    return true;
}

static const struct mutation_type create = {
    .operation = MUTATION_OPERATION(TALLY_CREATE, &output_payload),
    .kind = STORE_CREATE,
    .action = GQL_ACTION_CREATE,
    .action_name = "CREATE",
    .take_input = take_input,
};

int32_t resolve_integration_create(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    return operation_serve(&create.operation, instance, call, reply);
}
