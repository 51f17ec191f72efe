// SPDX-License-Identifier: MIT
/* Mutation.integrationCreate, integrationUpdate, integrationDelete. */
#include "plugin/resolvers/mutation.h"
#include "plugin/resolvers/permission.h"
#include "plugin/resolvers/resolvers.h"

typedef bool take_input_fn(struct mutation *mutation, const json_t *input);

static int32_t run(enum store_mutation_kind kind, take_input_fn *take_input, gql_instance *instance,
                   const gql_call *call, gql_reply *reply)
{
    struct operation operation;
    const int32_t code = operation_begin(&operation, instance, call, reply);
    if (code != GQL_PENDING)
        return code;
    struct mutation *mutation = mutation_begin(&operation, kind);
    if (mutation == NULL)
        return GQL_OK;
    if (take_input(mutation, json_object_get(mutation->operation.arguments, "input")))
        return mutation_run(mutation);
    mutation_end(mutation);
    return GQL_OK;
}

static bool take_create(struct mutation *mutation, const json_t *input)
{
    struct operation *operation = &mutation->operation;
    struct text *organization_id = &mutation->change.organization_id;
    if (!operation_take_organization(operation, input, "input.organizationId", organization_id))
        return false;
    if (!(permitted_actions(operation->instance, operation->request, *organization_id) &
          GQL_ACTION_CREATE)) {
        operation_reject_permission(operation, NO_TEXT, "CREATE");
        return false;
    }
    return mutation_take_title(mutation, input) && mutation_take_credential_ref(mutation, input);
}

static bool take_activity(struct mutation *mutation, const json_t *input)
{
    const json_t *is_active = json_object_get(input, "isActive");
    mutation->change.sets_active = is_active != NULL;
    mutation->change.is_active = json_is_true(is_active);
    if (is_active == NULL || json_is_boolean(is_active))
        return true;
    operation_reject_argument(&mutation->operation, "input.isActive",
                              "This must be true or false; it can't be null");
    return false;
}

static bool take_update(struct mutation *mutation, const json_t *input)
{
    if (!mutation_take_target(mutation, input, GQL_ACTION_UPDATE, "UPDATE"))
        return false;
    if (json_object_get(input, "title") != NULL && !mutation_take_title(mutation, input))
        return false;
    return take_activity(mutation, input) && mutation_take_credential_ref(mutation, input);
}

static bool take_delete(struct mutation *mutation, const json_t *input)
{
    return mutation_take_target(mutation, input, GQL_ACTION_DELETE, "DELETE");
}

int32_t resolve_integration_create(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    return run(STORE_CREATE, take_create, instance, call, reply);
}

int32_t resolve_integration_update(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    return run(STORE_UPDATE, take_update, instance, call, reply);
}

int32_t resolve_integration_delete(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    return run(STORE_DELETE, take_delete, instance, call, reply);
}
