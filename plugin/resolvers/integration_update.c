// SPDX-License-Identifier: MIT
/* Mutation.integrationUpdate. */
#include "plugin/resolvers/mutation_input.h"
#include "plugin/resolvers/resolvers.h"

static bool take_input(struct mutation *mutation)
{
    const bool retitles = json_object_get(mutation->input, "title") != NULL;
    return mutation_take_version(mutation) && (!retitles || mutation_take_title(mutation)) &&
           mutation_take_is_active(mutation) && mutation_take_credential_ref(mutation);
}

static const struct mutation_type update = {
    .operation = MUTATION_OPERATION(TALLY_UPDATE, &output_payload),
    .kind = STORE_UPDATE,
    .action = GQL_ACTION_UPDATE,
    .action_name = "UPDATE",
    .take_input = take_input,
};

int32_t resolve_integration_update(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    return operation_serve(&update.operation, instance, call, reply);
}
