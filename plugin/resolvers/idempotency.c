// SPDX-License-Identifier: MIT
#include "plugin/resolvers/idempotency.h"

#include <sodium.h>

#include "plugin/base/limits.h"
#include "vault/utf8.h"

/* A change of what is hashed, or how, needs another label. */
static const char label[] = "integrations.so create 1\n";

static int32_t reject(struct operation *operation, const char *field, const char *reason,
                      const char *detail)
{
    return operation_reject(operation, &(struct error){.code = ERROR_VALIDATION_ERROR,
                                                       .detail = detail,
                                                       .field = field,
                                                       .reason = reason});
}

int32_t idempotency_reject_used(struct operation *operation)
{
    return reject(operation, "input", "idempotency_key_used",
                  "Something else was created with this idempotency key; send each create with a "
                  "key of its own");
}

bool idempotency_accepts(struct operation *operation)
{
    const gql_request *request = operation->request;
    const uint64_t size = request->idempotency_key_size;
    if (request->idempotency_key == NULL || (size > 0 && size <= IDEMPOTENCY_KEY_MAX &&
                                             vault_utf8_is_valid(request->idempotency_key, size)))
        return true;
    reject(operation, NULL, "idempotency_key_malformed",
           "An idempotency key has 1 to " LIMIT_TEXT(IDEMPOTENCY_KEY_MAX) " bytes of UTF-8");
    return false;
}

/* With its size, so that no two lists of texts are hashed alike. */
static void add(crypto_generichash_state *state, struct text text)
{
    uint8_t size[8];
    for (int i = 0; i < 8; i++)
        size[i] = (uint8_t)((uint64_t)text.size >> (56 - 8 * i));
    crypto_generichash_update(state, size, sizeof size);
    crypto_generichash_update(state, (const uint8_t *)text.data, text.size);
}

/* What has its default is left out, so that a member that is added one day changes no hash. */
static void add_member(crypto_generichash_state *state, struct text name, struct text value)
{
    if (value.data == NULL)
        return;
    add(state, name);
    add(state, value);
}

/*
 * The first half of one hash is the scope. The other, which is not kept, is the key of the input's:
 * nobody can try out inputs without the client's key.
 */
void idempotency_hash(const struct operation *operation, struct text title, struct text token,
                      struct store_key *ret_key)
{
    uint8_t both[2 * STORE_HASH_SIZE];
    crypto_generichash_state state;
    const gql_request *request = operation->request;
    crypto_generichash_init(&state, NULL, 0, sizeof both);
    crypto_generichash_update(&state, (const uint8_t *)label, sizeof label - 1);
    add(&state, (struct text){request->actor_id, request->actor_id_size});
    add(&state, (struct text){request->idempotency_key, request->idempotency_key_size});
    add(&state, operation->response_name);
    crypto_generichash_final(&state, both, sizeof both);
    memcpy(ret_key->scope, both, STORE_HASH_SIZE);
    crypto_generichash_init(&state, both + STORE_HASH_SIZE, STORE_HASH_SIZE, STORE_HASH_SIZE);
    add_member(&state, TEXT("title"), title);
    add_member(&state, TEXT("credentialRef"), token);
    crypto_generichash_final(&state, ret_key->input, STORE_HASH_SIZE);
}
