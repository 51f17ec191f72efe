// SPDX-License-Identifier: MIT
/*
 * The pool of a library's instances by key. JavaScript gives the configurations, inside `call`; the
 * pool's own threads never enter JavaScript.
 */
#include "examples/node-host/binding/functions.h"
#include "examples/node-host/binding/values.h"

/* ---- Configurations ---- */

/* What was thrown, as the failure's message. */
static int32_t take_exception(napi_env env, gql_failure *failure)
{
    napi_value exception, text;
    size_t size = 0;
    if (napi_get_and_clear_last_exception(env, &exception) == napi_ok &&
        napi_coerce_to_string(env, exception, &text) == napi_ok)
        napi_get_value_string_utf8(env, text, failure->message, sizeof failure->message, &size);
    else
        napi_get_and_clear_last_exception(env, &exception);
    return GQL_E_CONFIG;
}

static napi_value ask_for_config(napi_env env, napi_ref reference, const char *key, size_t key_size)
{
    napi_value nothing, function, result = NULL, argument = string_value(env, key, key_size);
    if (argument == NULL || napi_get_undefined(env, &nothing) != napi_ok ||
        napi_get_reference_value(env, reference, &function) != napi_ok ||
        napi_call_function(env, nothing, function, 1, &argument, &result) != napi_ok)
        return NULL;
    return result;
}

static int32_t give_config(void *user, const char *key, size_t key_size, char **ret_config,
                           size_t *ret_config_size, gql_failure *failure)
{
    const struct pool *pool = user;
    napi_env env = pool->library->runtime->addon->env;
    napi_value result = ask_for_config(env, pool->config, key, key_size);
    char *config = result == NULL ? NULL : take_string(env, result, "config", ret_config_size);
    if (config == NULL)
        return take_exception(env, failure);
    *ret_config = config;
    return GQL_OK;
}

/* ---- The pool ---- */

static bool open_pool(napi_env env, struct pool *pool, double max_idle)
{
    gql_failure failure = {.struct_size = sizeof failure};
    const gql_pool_options options = {.user = pool,
                                      .config = give_config,
                                      .max_idle = (size_t)max_idle};
    if (gql_pool_create(pool->library->library, &options, &pool->pool, &failure) == GQL_OK)
        return true;
    throw_failure(env, &failure);
    return false;
}

/*
 * createPool(library, maxIdle, config(key) → JSON) → pool. What `config` throws is the reason why
 * there is no instance.
 */
napi_value create_pool(napi_env env, napi_callback_info info)
{
    napi_value arguments[3], result = NULL;
    double max_idle = 0;
    if (!take_arguments(env, info, arguments))
        return NULL;
    struct library *library = take_handle(env, arguments[0], HANDLE_LIBRARY, "library");
    if (library == NULL || !take_number(env, arguments[1], "maxIdle", &max_idle))
        return NULL;
    if (library->library == NULL)
        return throw_type(env, "library", "an open library");
    struct pool *pool = calloc(1, sizeof *pool);
    if (pool == NULL)
        return throw_no_memory(env);
    *pool = (struct pool){.kind = HANDLE_POOL, .library = library};
    if (napi_create_reference(env, arguments[2], 1, &pool->config) == napi_ok &&
        open_pool(env, pool, max_idle))
        result = handle_value(env, pool, NULL);
    if (result == NULL) {
        gql_pool_destroy(&pool->pool);
        free(pool);
        return NULL;
    }
    pool->next = library->runtime->addon->pools;
    library->runtime->addon->pools = pool;
    return result;
}

/* ---- Keys ---- */

static void add_key(napi_env env, napi_value list, uint32_t index, const gql_pool_key *key)
{
    napi_value entry;
    napi_create_object(env, &entry);
    napi_set_named_property(env, entry, "key", string_value(env, key->key, key->key_size));
    set_text(env, entry, "state", gql_pool_state_name(key->state));
    set_number(env, entry, "calls", (double)key->calls);
    set_number(env, entry, "waiting", (double)key->waiting);
    set_text(env, entry, "failure", key->failure[0] == '\0' ? NULL : key->failure);
    napi_set_element(env, list, index, entry);
}

/* listKeys(pool) → [{key, state, calls, waiting, failure}]; of a destroyed pool, undefined */
napi_value list_keys(napi_env env, napi_callback_info info)
{
    napi_value arguments[1], list;
    gql_pool_key *keys = NULL;
    size_t count = 0;
    if (!take_arguments(env, info, arguments))
        return NULL;
    struct pool *pool = take_handle(env, arguments[0], HANDLE_POOL, "pool");
    if (pool == NULL || pool->pool == NULL)
        return NULL;
    if (gql_pool_list_keys(pool->pool, &keys, &count) != GQL_OK)
        return throw_no_memory(env);
    napi_create_array(env, &list);
    for (size_t i = 0; i < count; i++)
        add_key(env, list, (uint32_t)i, &keys[i]);
    free(keys);
    return list;
}

/* poolHealth(pool) → {status, reason}; of a destroyed pool, undefined */
napi_value pool_health(napi_env env, napi_callback_info info)
{
    char reason[REASON_SIZE];
    napi_value arguments[1];
    if (!take_arguments(env, info, arguments))
        return NULL;
    struct pool *pool = take_handle(env, arguments[0], HANDLE_POOL, "pool");
    if (pool == NULL || pool->pool == NULL)
        return NULL;
    const uint32_t health = gql_pool_health(pool->pool, reason, sizeof reason);
    return health_value(env, health, reason);
}

/* Of a destroyed pool, nothing happens. */
static napi_value change(napi_env env, napi_callback_info info,
                         int32_t (*apply)(gql_pool *pool, const char *key, size_t key_size))
{
    napi_value arguments[2];
    size_t size = 0;
    if (!take_arguments(env, info, arguments))
        return NULL;
    struct pool *pool = take_handle(env, arguments[0], HANDLE_POOL, "pool");
    text_auto_t key = pool == NULL ? NULL : take_string(env, arguments[1], "key", &size);
    if (key == NULL || pool->pool == NULL)
        return NULL;
    const int32_t code = apply(pool->pool, key, size);
    if (code == GQL_E_MISUSE)
        return throw_type(env, "key", "a string of 1 to 1,024 bytes");
    return code == GQL_OK ? NULL : throw_no_memory(env);
}

/* suspendKey(pool, key), resumeKey(pool, key), closeKey(pool, key) */
napi_value suspend_key(napi_env env, napi_callback_info info)
{
    return change(env, info, gql_pool_suspend_key);
}

napi_value resume_key(napi_env env, napi_callback_info info)
{
    return change(env, info, gql_pool_resume_key);
}

napi_value close_key(napi_env env, napi_callback_info info)
{
    return change(env, info, gql_pool_close_key);
}
