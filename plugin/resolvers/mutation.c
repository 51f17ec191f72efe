// SPDX-License-Identifier: MIT
#include "plugin/resolvers/mutation.h"

#include <errno.h>
#include <stddef.h>

#include "plugin/base/tally.h"
#include "plugin/resolvers/credential_check.h"
#include "plugin/resolvers/denial.h"
#include "plugin/resolvers/input.h"
#include "plugin/resolvers/mutation_outcome.h"
#include "plugin/resolvers/permission.h"
#include "plugin/resolvers/readable.h"

void mutation_finish(struct operation *operation)
{
    struct mutation *mutation = (struct mutation *)operation;
    integration_copy_finish(&mutation->change.result);
    integration_copy_finish(&mutation->target);
}

/* ---- The credential and the commit ---- */

static int32_t reject_without_thread(struct mutation *mutation, int error)
{
    struct store_detail detail;
    store_detail_no_thread(&detail, error);
    places_free(&mutation->operation.instance->places, &mutation->place);
    return operation_reject_store(&mutation->operation, STORE_SHORTAGE, &detail);
}

static int32_t submit(struct mutation *mutation)
{
    if (store_submit(mutation->operation.instance->store, &mutation->change))
        return GQL_PENDING;
    return reject_without_thread(mutation, errno);
}

static void check_and_submit(struct task *task)
{
    struct mutation *mutation = (struct mutation *)((char *)task - offsetof(struct mutation, task));
    gql_instance *instance = mutation->operation.instance;
    const enum vault_token_status status = credential_check(instance, mutation->token,
                                                            mutation->change.organization_id);
    if (status == VAULT_TOKEN_OK) {
        submit(mutation);
    } else if (mutation->change.key != NULL) {
        /* A retry: the token may have been good when the integration was created. */
        mutation->token_status = status;
        mutation->change.kind = STORE_REPEAT;
        submit(mutation);
    } else {
        places_free(&instance->places, &mutation->place);
        mutation_reject_token(mutation, status);
    }
}

/*
 * Saves a commit that would fail. A token is checked before the version, so with a token only the
 * store compares the version. It does so in any case.
 */
static bool is_outdated(const struct mutation *mutation)
{
    return mutation->change.kind != STORE_CREATE && mutation->token.data == NULL &&
           mutation->target.integration.version != mutation->change.expected_version;
}

/* Otherwise rejects the mutation. */
static bool take_place(struct mutation *mutation)
{
    switch (places_take(&mutation->operation.instance->places, &mutation->place,
                        mutation->change.organization_id)) {
    case PLACES_TAKEN:
        return true;
    case PLACES_FULL:
        tally_count(TALLY_REJECTIONS + TALLY_PENDING);
        operation_reject_unavailable(&mutation->operation,
                                     "Too many changes are queued; try again later");
        return false;
    case PLACES_FULL_FOR_ORGANIZATION:
        break;
    }
    tally_count(TALLY_REJECTIONS + TALLY_PENDING_OF_EACH);
    operation_reject_unavailable(
        &mutation->operation, "Too many changes of this organization are queued; try again later");
    return false;
}

static int32_t commit(struct mutation *mutation)
{
    gql_instance *instance = mutation->operation.instance;
    if (is_outdated(mutation))
        return mutation_reject_conflict(mutation, mutation->target.integration.version);
    if (!mutation_reserve_reply(mutation))
        return operation_reject_store(&mutation->operation, STORE_NO_MEMORY, NULL);
    if (!take_place(mutation))
        return GQL_OK;
    mutation->operation.organization_id = mutation->change.organization_id;
    mutation->change.request = mutation->operation.request;
    mutation->change.deadline = operation_deadline(&mutation->operation);
    mutation->change.done = mutation_answer;
    if (mutation->token.data == NULL)
        return submit(mutation);
    mutation->task.run = check_and_submit;
    if (pool_submit(&instance->executors->compute, &mutation->task))
        return GQL_PENDING;
    return reject_without_thread(mutation, errno);
}

/* ---- The target, or the organization of a new one ---- */

static enum store_status read_target(struct store_read *read, struct store_reader *reader)
{
    struct mutation *mutation = (struct mutation *)operation_of_read(read);
    struct integration found;
    const bool seen = mutation->target.texts != NULL;
    const enum store_status status = readable_get(&mutation->operation, reader,
                                                  &mutation->change.id, seen, &found);
    if (status != STORE_OK)
        return status;
    return integration_copy_init(&mutation->target, &found) ? STORE_OK : STORE_NO_MEMORY;
}

/* The organization is known. */
static int32_t take_permitted(struct mutation *mutation)
{
    struct operation *operation = &mutation->operation;
    const struct mutation_type *type = mutation_type_of(mutation);
    const uint32_t actions = permitted_actions(operation->instance, operation->request,
                                               mutation->change.organization_id);
    if (!(actions & type->action))
        return denial_answer(operation, mutation->change.organization_id, mutation->id,
                             type->action_name);
    return type->take_input(mutation) ? commit(mutation) : GQL_OK;
}

static int32_t check_target(struct store_read *read)
{
    struct mutation *mutation = (struct mutation *)operation_of_read(read);
    struct operation *operation = &mutation->operation;
    if (read->status == STORE_NOT_FOUND)
        return operation_reject_not_found(operation, mutation->id);
    if (read->status != STORE_OK)
        return operation_reject_store(operation, read->status, &read->detail);
    mutation->change.organization_id = mutation->target.integration.organization_id;
    return take_permitted(mutation);
}

static int32_t find_target(struct mutation *mutation)
{
    struct operation *operation = &mutation->operation;
    mutation->id = member_text(mutation->input, "id");
    if (mutation->id.data == NULL)
        return operation_reject_argument(operation, "input.id", "An ID is required, as a string");
    identifier_parse(mutation->id, &mutation->change.id); /* Malformed: nothing has the ID. */
    return operation_read(operation, route_to(&mutation->change.id), read_target, check_target);
}

static int32_t take_organization(struct mutation *mutation)
{
    return input_take_organization(&mutation->operation, mutation->input, "input.organizationId",
                                   &mutation->change.organization_id)
               ? take_permitted(mutation)
               : GQL_OK;
}

int32_t mutation_start(struct operation *operation)
{
    struct mutation *mutation = (struct mutation *)operation;
    mutation->input = json_object_get(operation->arguments, "input");
    mutation->change.kind = mutation_type_of(mutation)->kind;
    return mutation->change.kind == STORE_CREATE ? take_organization(mutation)
                                                 : find_target(mutation);
}
