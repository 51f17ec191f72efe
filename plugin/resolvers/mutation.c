// SPDX-License-Identifier: MIT
#include "plugin/resolvers/mutation.h"

#include <stdlib.h>

#include "plugin/resolvers/output.h"
#include "plugin/resolvers/permission.h"
#include "plugin/resolvers/selection.h"
#include "plugin/resolvers/title.h"

#define CREDENTIAL_REF_FIELD "input.credentialRef"

struct mutation *mutation_begin(const struct operation *operation, enum store_mutation_kind kind)
{
    struct operation refused = *operation;
    struct mutation *mutation = calloc(1, sizeof *mutation);
    if (mutation != NULL) {
        mutation->operation = *operation;
        mutation->change.kind = kind;
        mutation->change.deadline = operation->request->deadline;
        mutation->change.cancelled = operation->request->cancelled;
        return mutation;
    }
    operation_reject_store(&refused, STORE_NO_MEMORY, &(struct store_trouble){""});
    operation_end(&refused);
    return NULL;
}

void mutation_end(struct mutation *mutation)
{
    struct operation operation = mutation->operation;
    integration_list_finish(&mutation->change.result);
    integration_list_finish(&mutation->current);
    free(mutation);
    operation_end(&operation);
}

/* ---- Back-pressure ---- */

static bool take_place(gql_instance *instance)
{
    if (atomic_fetch_add(&instance->pending_mutations, 1) < instance->config.pending_mutations)
        return true;
    atomic_fetch_sub(&instance->pending_mutations, 1);
    return false;
}

/* Before the answer: who has it may send the next one at once. */
static void free_place(struct mutation *mutation)
{
    atomic_fetch_sub(&mutation->operation.instance->pending_mutations, 1);
}

/* ---- Input ---- */

static bool take_version(struct mutation *mutation, const json_t *input)
{
    const json_t *version = json_object_get(input, "version");
    const json_int_t number = json_integer_value(version);
    if (json_is_integer(version) && number >= INT32_MIN && number <= INT32_MAX) {
        mutation->change.expected_version = (int32_t)number;
        return true;
    }
    operation_reject_argument(&mutation->operation, "input.version",
                              "The version is an integer of 32 bits");
    return false;
}

static bool check_permission(struct mutation *mutation, uint32_t action, const char *action_name)
{
    struct operation *operation = &mutation->operation;
    const struct integration *current = &mutation->current.items[0];
    const uint32_t actions = permitted_actions(operation->instance, operation->request,
                                               current->organization_id);
    if (!(actions & GQL_ACTION_READ))
        operation_reject_not_found(operation, mutation->id);
    else if (!(actions & action))
        operation_reject_permission(operation, mutation->id, action_name);
    else
        return true;
    return false;
}

bool mutation_take_target(struct mutation *mutation, const json_t *input, uint32_t action,
                          const char *action_name)
{
    struct operation *operation = &mutation->operation;
    struct store_trouble trouble;
    mutation->id = member_text(input, "id");
    if (mutation->id.data == NULL) {
        operation_reject_argument(operation, "input.id", "An ID is needed, as a string");
        return false;
    }
    const enum store_status status = identifier_parse(mutation->id, &mutation->change.id)
                                         ? store_get(operation->instance->store,
                                                     &mutation->change.id, &mutation->current,
                                                     &trouble)
                                         : STORE_NOT_FOUND;
    if (status == STORE_NOT_FOUND)
        operation_reject_not_found(operation, mutation->id);
    else if (status != STORE_OK)
        operation_reject_store(operation, status, &trouble);
    else
        return check_permission(mutation, action, action_name) && take_version(mutation, input);
    return false;
}

bool mutation_take_title(struct mutation *mutation, const json_t *input)
{
    const struct text given = member_text(input, "title");
    const struct text title = given.data == NULL ? given : title_trim(given);
    const char *trouble = given.data == NULL ? "A title is a string; it can't be null"
                                             : title_trouble(title);
    mutation->change.title = title;
    if (trouble == NULL)
        return true;
    operation_reject_argument(&mutation->operation, "input.title", trouble);
    return false;
}

/* ---- The token ---- */

static void reject_token(struct mutation *mutation, enum vault_token_status refusal)
{
    if (refusal == VAULT_TOKEN_NO_MEMORY) {
        operation_reject_store(&mutation->operation, STORE_NO_MEMORY, &mutation->change.trouble);
        return;
    }
    operation_reject(&mutation->operation,
                     &(struct problem){.kind = PROBLEM_VALIDATION_ERROR,
                                       .field = CREDENTIAL_REF_FIELD,
                                       .detail = vault_token_status_text(refusal),
                                       .reason = vault_token_status_name(refusal)});
}

bool mutation_take_credential_ref(struct mutation *mutation, const json_t *input)
{
    mutation->change.sets_credential_ref = json_object_get(input, "credentialRef") != NULL;
    if (!member_given(input, "credentialRef"))
        return true;
    mutation->token = member_text(input, "credentialRef");
    mutation->change.credential_ref = mutation->token;
    if (mutation->token.data == NULL || mutation->token.size > VAULT_TOKEN_LIMIT)
        reject_token(mutation, VAULT_TOKEN_MALFORMED);
    else if (mutation->operation.instance->keyring == NULL)
        reject_token(mutation, VAULT_TOKEN_UNKNOWN_KEY);
    else
        return true;
    return false;
}

static struct text organization_of(const struct mutation *mutation)
{
    return mutation->change.kind == STORE_CREATE ? mutation->change.organization_id
                                                 : mutation->current.items[0].organization_id;
}

static enum vault_token_status check_token(const struct mutation *mutation)
{
    const gql_instance *instance = mutation->operation.instance;
    const struct text organization_id = organization_of(mutation);
    const struct vault_policy policy = {
        .organization_id = organization_id.data,
        .organization_id_size = organization_id.size,
        .issuer = instance->config.issuer,
        .leeway_seconds = instance->config.leeway_seconds,
        .require_expiry = instance->config.require_expiry,
        .now = instance_now_ms(instance),
    };
    struct vault_keyring *keyring = vault_keyring_source_current(instance->keyring);
    const enum vault_token_status refusal =
        vault_credential_ref_check(keyring, instance->tokens, mutation->token.data,
                                   mutation->token.size, &policy);
    vault_keyring_release(&keyring);
    return refusal;
}

static void run_verification(struct verifier_job *job)
{
    struct mutation *mutation = (struct mutation *)((char *)job - offsetof(struct mutation, job));
    const enum vault_token_status refusal = check_token(mutation);
    if (refusal == VAULT_TOKEN_OK) {
        store_submit(mutation->operation.instance->store, &mutation->change);
    } else {
        free_place(mutation);
        reject_token(mutation, refusal);
        mutation_end(mutation);
    }
}

/* As a check of the store's, for a mutation that comes alone. */
static bool verify_on_writer(struct store_mutation *change)
{
    struct mutation *mutation =
        (struct mutation *)((char *)change - offsetof(struct mutation, change));
    mutation->refusal = check_token(mutation);
    return mutation->refusal == VAULT_TOKEN_OK;
}

/* ---- The outcome ---- */

static void write_payload(struct mutation *mutation, struct json_writer *writer)
{
    const gql_selection *selection = mutation->operation.selection, *below;
    bool first = true;
    json_write(writer, "{");
    if (selects_typename(selection))
        json_write_name(writer, &first, TEXT("\"__typename\":\"IntegrationPayload\""));
    if (selects(selection, "integration", &below)) {
        json_write_member(writer, &first, "integration");
        write_integration(writer, &mutation->change.result.items[0], selected_fields(below));
    }
    json_write(writer, "}");
}

static void write_delete_payload(struct mutation *mutation, struct json_writer *writer)
{
    const gql_selection *selection = mutation->operation.selection;
    bool first = true;
    json_write(writer, "{");
    if (selects_typename(selection))
        json_write_name(writer, &first, TEXT("\"__typename\":\"DeletePayload\""));
    if (selects(selection, "deletedId", NULL)) {
        json_write_member(writer, &first, "deletedId");
        json_write_string(writer, mutation->id);
    }
    json_write(writer, "}");
}

static void resolve(struct mutation *mutation)
{
    struct json_writer writer;
    json_writer_begin_reply(&writer, mutation->operation.instance->host, mutation->operation.reply);
    if (mutation->change.kind == STORE_DELETE)
        write_delete_payload(mutation, &writer);
    else
        write_payload(mutation, &writer);
    operation_resolve(&mutation->operation, &writer);
}

static void reject_conflict(struct mutation *mutation, const struct integration *current)
{
    operation_reject(
        &mutation->operation,
        &(struct problem){.kind = PROBLEM_CONFLICT,
                          .detail = "The integration was changed since that version; read it again",
                          .entity_id = mutation->id,
                          .expected_version = mutation->change.expected_version,
                          .current_version = current->version});
}

static void finish(struct store_mutation *change)
{
    struct mutation *mutation =
        (struct mutation *)((char *)change - offsetof(struct mutation, change));
    free_place(mutation);
    switch (change->status) {
    case STORE_OK:
        resolve(mutation);
        break;
    case STORE_NOT_FOUND:
        operation_reject_not_found(&mutation->operation, mutation->id);
        break;
    case STORE_CONFLICT:
        reject_conflict(mutation, &change->result.items[0]);
        break;
    case STORE_REFUSED:
        reject_token(mutation, mutation->refusal);
        break;
    default:
        operation_reject_store(&mutation->operation, change->status, &change->trouble);
    }
    mutation_end(mutation);
}

/* ---- Running ---- */

/* Before anything is written: once it is durable, the answer must not fail for want of memory. */
static bool reserve_room(struct mutation *mutation)
{
    const gql_selection *below = NULL;
    const gql_reply *reply = mutation->operation.reply;
    const gql_host *host = mutation->operation.instance->host;
    selects(mutation->operation.selection, "integration", &below);
    const size_t room = 128 + integration_room(selected_fields(below));
    return reply->capacity - reply->size >= room ||
           host->reply_grow(host, reply->handle, room) == GQL_OK;
}

static int32_t refuse_for_memory(struct mutation *mutation)
{
    operation_reject_store(&mutation->operation, STORE_NO_MEMORY, &mutation->change.trouble);
    mutation_end(mutation);
    return GQL_OK;
}

static int32_t refuse_for_load(struct mutation *mutation)
{
    operation_reject(&mutation->operation,
                     &(struct problem){.kind = PROBLEM_SERVICE_UNAVAILABLE,
                                       .detail = "Too many changes are waiting; try again later"});
    mutation_end(mutation);
    return GQL_OK;
}

int32_t mutation_run(struct mutation *mutation)
{
    gql_instance *instance = mutation->operation.instance;
    const bool checks_version = mutation->change.kind != STORE_CREATE &&
                                mutation->token.data == NULL;
    if (checks_version && mutation->current.items[0].version != mutation->change.expected_version) {
        reject_conflict(mutation, &mutation->current.items[0]);
        mutation_end(mutation);
        return GQL_OK;
    }
    if (!reserve_room(mutation))
        return refuse_for_memory(mutation);
    if (!take_place(instance))
        return refuse_for_load(mutation);
    mutation->change.done = finish;
    mutation->job.run = run_verification;
    /*
     * One that comes alone is verified where it is written: there is nothing to hold up, and a
     * change of threads is saved.
     */
    const bool alone = atomic_load(&instance->pending_mutations) == 1;
    if (mutation->token.data != NULL && alone)
        mutation->change.check = verify_on_writer;
    if (mutation->token.data == NULL || alone) {
        store_submit(instance->store, &mutation->change);
    } else if (!verifier_submit(&instance->verifier, &mutation->job)) {
        free_place(mutation);
        return refuse_for_memory(mutation);
    }
    return GQL_PENDING;
}
