// SPDX-License-Identifier: MIT
/*
 * Creating and destroying an instance, or destroying a pool, may block: they run on a thread of
 * Node's pool and settle a promise.
 */
#include "examples/node-host/binding/event_watch.h"
#include "examples/node-host/binding/functions.h"
#include "examples/node-host/binding/values.h"

enum task_kind { TASK_CREATE, TASK_DESTROY, TASK_DESTROY_POOL };

struct task {
    enum task_kind kind;
    struct addon *addon;
    napi_async_work work;
    napi_deferred deferred;
    struct library *library;
    gql_instance *instance;
    gql_pool *pool;
    char *config;
    size_t config_size;
    int32_t code;
    gql_failure failure;
};

/* On a thread of the pool. */
static void execute(napi_env env, void *data)
{
    (void)env;
    struct task *task = data;
    if (task->kind == TASK_CREATE)
        task->code = gql_instance_create(task->library->library, task->config, task->config_size,
                                         &task->instance, &task->failure);
    else if (task->kind == TASK_DESTROY_POOL)
        gql_pool_destroy(&task->pool);
    else
        gql_instance_destroy(task->library->library, &task->instance);
}

static napi_value adopt(napi_env env, struct task *task)
{
    napi_value result = NULL;
    struct instance *instance = calloc(1, sizeof *instance);
    if (instance == NULL || napi_create_external(env, instance, NULL, NULL, &result) != napi_ok) {
        free(instance);
        gql_instance_destroy(task->library->library, &task->instance);
        return NULL;
    }
    *instance = (struct instance){.kind = HANDLE_INSTANCE,
                                  .library = task->library,
                                  .instance = task->instance,
                                  .next = task->addon->instances};
    task->addon->instances = instance;
    return result;
}

static void settle(napi_env env, struct task *task)
{
    napi_value result = NULL, message;
    if (task->code == GQL_OK) {
        napi_get_undefined(env, &result);
        if (task->kind == TASK_CREATE)
            result = adopt(env, task);
    }
    if (task->code == GQL_OK && result != NULL) {
        napi_resolve_deferred(env, task->deferred, result);
        return;
    }
    message = text_value(env, task->code == GQL_OK ? "Out of memory" : task->failure.message);
    napi_create_error(env, NULL, message, &result);
    napi_reject_deferred(env, task->deferred, result);
}

/*
 * The environment ends before a thread of the pool took the task. An instance must be destroyed all
 * the same, but none is created.
 */
static void execute_cancelled(struct task *task)
{
    if (task->kind == TASK_CREATE)
        task->code = GQL_E_UNAVAILABLE;
    else
        execute(NULL, task);
}

static void complete(napi_env env, napi_status status, void *data)
{
    struct task *task = data;
    if (status == napi_cancelled)
        execute_cancelled(task);
    settle(env, task);
    task->library->tasks--;
    napi_delete_async_work(env, task->work);
    free(task->config);
    free(task);
}

/* Creates the promise and queues the task. */
static napi_value start(napi_env env, struct task *task)
{
    napi_value promise = NULL, name = text_value(env, "gql_binding");
    if (napi_create_promise(env, &task->deferred, &promise) == napi_ok &&
        napi_create_async_work(env, NULL, name, execute, complete, task, &task->work) == napi_ok &&
        napi_queue_async_work(env, task->work) == napi_ok)
        return promise;
    if (task->work != NULL)
        napi_delete_async_work(env, task->work);
    return throw_no_memory(env);
}

/* What `given` says is to be done. Owns its configuration from now on. */
static napi_value run(napi_env env, struct task given)
{
    napi_value promise = NULL;
    struct task *task = malloc(sizeof *task);
    if (task == NULL) {
        free(given.config);
        return throw_no_memory(env);
    }
    *task = given;
    task->addon = addon_of(env);
    task->failure.struct_size = sizeof task->failure;
    promise = start(env, task);
    if (promise != NULL) {
        task->library->tasks++;
    } else {
        free(task->config);
        free(task);
    }
    return promise;
}

/* createInstance(library, configJson) → promise of an instance */
napi_value create_instance(napi_env env, napi_callback_info info)
{
    napi_value arguments[2];
    size_t size = 0;
    if (!take_arguments(env, info, arguments))
        return NULL;
    struct library *library = take_handle(env, arguments[0], HANDLE_LIBRARY, "library");
    char *config = library == NULL ? NULL : take_string(env, arguments[1], "config", &size);
    if (config == NULL)
        return NULL;
    return run(env, (struct task){.kind = TASK_CREATE,
                                  .library = library,
                                  .config = config,
                                  .config_size = size});
}

/*
 * destroyInstance(instance) → promise, settled when the calls under way are completed. The instance
 * accepts no further call.
 */
napi_value destroy_instance(napi_env env, napi_callback_info info)
{
    napi_value arguments[1];
    if (!take_arguments(env, info, arguments))
        return NULL;
    struct instance *instance = take_handle(env, arguments[0], HANDLE_INSTANCE, "instance");
    if (instance == NULL)
        return NULL;
    if (instance->instance == NULL)
        return throw_type(env, "instance", "an instance that is not destroyed");
    event_watch_end(env, instance);
    napi_value promise = run(env, (struct task){.kind = TASK_DESTROY,
                                                .library = instance->library,
                                                .instance = instance->instance});
    if (promise != NULL) /* Otherwise the end of the environment destroys it. */
        instance->instance = NULL;
    return promise;
}

/*
 * destroyPool(pool) → promise, settled when the calls under way are completed. Those that wait are
 * rejected, and the pool accepts no further call.
 */
napi_value destroy_pool(napi_env env, napi_callback_info info)
{
    napi_value arguments[1];
    if (!take_arguments(env, info, arguments))
        return NULL;
    struct pool *pool = take_handle(env, arguments[0], HANDLE_POOL, "pool");
    if (pool == NULL)
        return NULL;
    if (pool->pool == NULL)
        return throw_type(env, "pool", "a pool that is not destroyed");
    napi_value promise =
        run(env,
            (struct task){.kind = TASK_DESTROY_POOL, .library = pool->library, .pool = pool->pool});
    if (promise != NULL) {
        pool->pool = NULL;
        napi_delete_reference(env, pool->config); /* No call asks for one any more. */
    }
    return promise;
}

/* instanceHealth(instance) → {status, reason}; of a destroyed instance, undefined */
napi_value instance_health(napi_env env, napi_callback_info info)
{
    char reason[REASON_SIZE];
    napi_value arguments[1];
    if (!take_arguments(env, info, arguments))
        return NULL;
    struct instance *instance = take_handle(env, arguments[0], HANDLE_INSTANCE, "instance");
    if (instance == NULL || instance->instance == NULL)
        return NULL;
    const uint32_t health = gql_instance_health(instance->library->library, instance->instance,
                                                reason, sizeof reason);
    return health_value(env, health, reason);
}
