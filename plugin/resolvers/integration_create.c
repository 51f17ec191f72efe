// SPDX-License-Identifier: MIT
/* Mutation.integrationCreate. */
#include "plugin/resolvers/mutation_input.h"
#include "plugin/resolvers/resolvers.h"

static bool take_input(struct mutation *mutation)
{
    return mutation_take_title(mutation) && mutation_take_credential_ref(mutation);
}

static const struct mutation_type create = {
    .operation = MUTATION_OPERATION,
    .kind = STORE_CREATE,
    .action = GQL_ACTION_CREATE,
    .action_name = "CREATE",
    .take_input = take_input,
};

int32_t resolve_integration_create(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    return operation_serve(&create.operation, instance, call, reply);
}
