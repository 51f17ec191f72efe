// SPDX-License-Identifier: MIT
/* Mutation.integrationDelete. */
#include "plugin/resolvers/mutation_input.h"
#include "plugin/resolvers/resolvers.h"

static const struct mutation_type delete_type = {
    .operation = MUTATION_OPERATION(TALLY_DELETE, &output_delete_payload),
    .kind = STORE_DELETE,
    .action = GQL_ACTION_DELETE,
    .action_name = "DELETE",
    .take_input = mutation_take_version,
};

int32_t resolve_integration_delete(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    return operation_serve(&delete_type.operation, instance, call, reply);
}
