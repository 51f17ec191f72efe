// SPDX-License-Identifier: MIT
/* Mutation.integrationCreate. */
#include "plugin/resolvers/input.h"
#include "plugin/resolvers/mutation_input.h"
#include "plugin/resolvers/permission.h"
#include "plugin/resolvers/resolvers.h"

static bool take_organization(struct mutation *mutation)
{
    struct operation *operation = &mutation->operation;
    struct text *id = &mutation->change.organization_id;
    if (!input_take_organization(operation, mutation->input, "input.organizationId", id))
        return false;
    if (permitted_actions(operation->instance, operation->request, *id) & GQL_ACTION_CREATE)
        return true;
    operation_reject_permission(operation, NO_TEXT, "CREATE");
    return false;
}

static bool take_input(struct mutation *mutation)
{
    return take_organization(mutation) && mutation_take_title(mutation) &&
           mutation_take_credential_ref(mutation);
}

static const struct mutation_type create = {
    .operation = MUTATION_OPERATION,
    .kind = STORE_CREATE,
    .take_input = take_input,
};

int32_t resolve_integration_create(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    return operation_serve(&create.operation, instance, call, reply);
}
