// SPDX-License-Identifier: MIT
#include "plugin/resolvers/mutation_outcome.h"

#include <stddef.h>

#include "plugin/resolvers/idempotency.h"
#include "plugin/resolvers/integration_output.h"

bool mutation_reserve_reply(struct mutation *mutation)
{
    const gql_reply *reply = mutation->operation.reply;
    const gql_host *host = mutation->operation.instance->host;
    const size_t room = mutation->operation.output.room;
    return reply->capacity - reply->size >= room ||
           host->reply_grow(host, reply->handle, room) == GQL_OK;
}

static void write_payload(const struct mutation *mutation, struct json_writer *writer)
{
    const struct output_field *first = mutation->operation.output.first;
    json_write(writer, "{");
    for (const struct output_field *field = first; field != NULL; field = field->next) {
        json_write_raw(writer, field->member);
        if (field->kind == OUTPUT_PAYLOAD_INTEGRATION)
            write_integration(writer, &mutation->change.result.integration, field->below);
        else if (field->kind == OUTPUT_PAYLOAD_DELETED_ID)
            json_write_string(writer, mutation->id);
    }
    json_write(writer, "}");
}

static int32_t resolve(struct mutation *mutation)
{
    struct json_writer writer;
    json_writer_begin_reply(&writer, mutation->operation.instance->host, mutation->operation.reply);
    write_payload(mutation, &writer);
    return operation_resolve(&mutation->operation, &writer);
}

int32_t mutation_reject_conflict(struct mutation *mutation, int32_t current_version)
{
    return operation_reject(
        &mutation->operation,
        &(struct error){.code = ERROR_CONFLICT,
                        .detail = "The integration was changed since that version; read it again",
                        .entity_id = mutation->id,
                        .expected_version = mutation->change.expected_version,
                        .current_version = current_version});
}

int32_t mutation_reject_token(struct mutation *mutation, enum vault_token_status status)
{
    if (status == VAULT_TOKEN_NO_KEYRING)
        return operation_reject_unavailable(
            &mutation->operation,
            "The credentialRef can't be checked at the moment; nothing was changed");
    if (status == VAULT_TOKEN_NO_MEMORY)
        return operation_reject_store(&mutation->operation, STORE_NO_MEMORY, NULL);
    return operation_reject(&mutation->operation,
                            &(struct error){.code = ERROR_VALIDATION_ERROR,
                                            .field = "input.credentialRef",
                                            .detail = vault_token_status_text(status),
                                            .reason = vault_token_status_name(status)});
}

static void reject_not_found(struct mutation *mutation)
{
    if (mutation->change.kind == STORE_REPEAT)
        mutation_reject_token(mutation, mutation->token_status);
    else
        operation_reject_not_found(&mutation->operation, mutation->id);
}

void mutation_answer(struct store_mutation *change)
{
    struct mutation *mutation =
        (struct mutation *)((char *)change - offsetof(struct mutation, change));
    /* Before the answer: whoever gets it may send the next mutation at once. */
    places_free(&mutation->operation.instance->places, &mutation->place);
    switch (change->status) {
    case STORE_OK:
        instance_note_event(mutation->operation.instance, change->organization_id);
        resolve(mutation);
        break;
    case STORE_REPEATED:
        resolve(mutation);
        break;
    case STORE_KEY_USED:
        idempotency_reject_used(&mutation->operation);
        break;
    case STORE_NOT_FOUND:
        reject_not_found(mutation);
        break;
    case STORE_CONFLICT:
        mutation_reject_conflict(mutation, change->result.integration.version);
        break;
    case STORE_EXHAUSTED:
        operation_reject_argument(&mutation->operation, "input.version",
                                  "The version can't grow any more; create the integration anew");
        break;
    default:
        operation_reject_store(&mutation->operation, change->status, &change->detail);
    }
}
