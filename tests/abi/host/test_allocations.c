// SPDX-License-Identifier: MIT
/*
 * Every allocation of the host library fails once, and all from the n-th on (this program is linked
 * with --wrap). Each function must then say that memory ran out, and leave nothing behind.
 */
#include <criterion/criterion.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "gql_host.h"

/* Allocations are counted only between start and stop. */
static struct {
    bool counting;
    bool once;
    unsigned long count;
    unsigned long failing; /* The number of the first one that fails; 0: none. */
} plan;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
char *__real_strdup(const char *text);
int __real_vasprintf(char **ret_text, const char *format, va_list arguments);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
char *__wrap_strdup(const char *text);
int __wrap_vasprintf(char **ret_text, const char *format, va_list arguments);

static bool fails(void)
{
    if (!plan.counting)
        return false;
    plan.count++;
    return plan.failing != 0 &&
           (plan.once ? plan.count == plan.failing : plan.count >= plan.failing);
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? NULL : __real_realloc(old, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? NULL : __real_aligned_alloc(alignment, size);
}

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}

int __wrap_vasprintf(char **ret_text, const char *format, va_list arguments)
{
    return fails() ? -1 : __real_vasprintf(ret_text, format, arguments);
}

/*
 * Repeats `work`, whose result is a code, until no allocation fails any more. It must be
 * GQL_E_NO_MEMORY whenever one fails, and `expected` otherwise.
 */
static void fail_each(const char *what, int32_t (*work)(void), int32_t expected)
{
    for (int once = 0; once < 2; once++) {
        unsigned long failing = 0;
        do {
            plan.count = 0;
            plan.failing = ++failing;
            plan.once = once != 0;
            plan.counting = true;
            const int32_t code = work();
            plan.counting = false;
            const bool failed = plan.count >= failing;
            cr_expect_eq(code, failed ? GQL_E_NO_MEMORY : expected,
                         "%s: code %d, when allocation %lu%s fails", what, (int)code, failing,
                         once != 0 ? "" : " and all behind it");
        } while (plan.count >= failing);
        cr_expect_gt(failing, 1, "%s allocates nothing", what);
    }
}

static const char sdl[] =
    "interface Node { id: ID! } type Thing implements Node { id: ID! size(unit: String = \"m\"): "
    "[Float!] } extend type Query { thing(id: ID!): Thing other: Thing } scalar Any";

static int32_t parse_selection(void)
{
    static const char text[] = "a { b c { d } }";
    gql_selection *selection = NULL;
    const int32_t code = gql_selection_parse(text, sizeof text - 1, &selection, NULL);
    gql_selection_destroy(&selection);
    return code;
}

static int32_t parse_schema(void)
{
    gql_schema_document *document = NULL;
    const int32_t code = gql_schema_document_parse(sdl, sizeof sdl - 1, &document, NULL);
    gql_schema_document_destroy(&document);
    return code;
}

static gql_schema_document *document;

static int32_t check(const char *type, const char *json)
{
    return gql_value_check(document, NULL, type, NULL, json, strlen(json), NULL);
}

static int32_t check_good_value(void)
{
    return check("Thing", "{\"id\":\"\\u0061\",\"size\":[1,2.5,3,4,5,6,7,8,9,10,11,12,13,14,15]}");
}

/* Bad text must be told from a lack of memory, and the reverse. */
static int32_t check_bad_value(void)
{
    return check("Any", "{\"a\":{\"b\":1,\"b\":2}}");
}

static const gql_plugin plugin = {
    .struct_size = sizeof plugin,
    .id = "org.example.things",
    .schema = &(const gql_schema){.struct_size = sizeof(gql_schema),
                                  .part_count = 1,
                                  .parts = (const gql_schema_part *const[]){&(
                                      const gql_schema_part){.struct_size = sizeof(gql_schema_part),
                                                             .kind = GQL_PART_OWN,
                                                             .name = "things",
                                                             .sdl = sdl,
                                                             .sdl_size = sizeof sdl - 1}}}};

/* Has conflicts: fields without resolvers, a type that is defined twice. */
static int32_t bind(void)
{
    static const char host[] = "type Query { hello: String } scalar Any";
    gql_binding *binding = NULL;
    const int32_t code = gql_bind(&plugin, host, sizeof host - 1, &binding, NULL);
    if (code == GQL_OK)
        cr_expect_geq(binding->conflict_count, 3);
    gql_binding_destroy(&binding);
    return code;
}

Test(allocations, may_fail_in_schemas_and_values)
{
    cr_assert_eq(gql_schema_document_parse(sdl, sizeof sdl - 1, &document, NULL), GQL_OK);
    fail_each("gql_selection_parse", parse_selection, GQL_OK);
    fail_each("gql_schema_document_parse", parse_schema, GQL_OK);
    fail_each("gql_value_check", check_good_value, GQL_OK);
    fail_each("gql_value_check of bad text", check_bad_value, GQL_E_MISUSE);
    fail_each("gql_bind", bind, GQL_OK);
    gql_schema_document_destroy(&document);
}

static int32_t create_runtime(void)
{
    gql_runtime *runtime = NULL;
    const gql_runtime_options options = {.name = "t", .version = "1", .reply_prefix = "x"};
    const int32_t code = gql_runtime_create(&options, &runtime, NULL);
    gql_runtime_destroy(&runtime);
    return code;
}

static gql_runtime *runtime;

static int32_t open_library(void)
{
    gql_library *library = NULL;
    const int32_t code = gql_library_open(runtime, HELLO_PATH, &library, NULL);
    gql_library_close(&library, true);
    return code;
}

static int32_t find_plugins(void)
{
    char **paths = NULL;
    size_t count = 0;
    const int32_t code = gql_find_plugins(FAULTY_FOLDER, &paths, &count, NULL);
    free(paths);
    return code;
}

Test(allocations, may_fail_in_runtimes_and_libraries)
{
    fail_each("gql_runtime_create", create_runtime, GQL_OK);
    cr_assert_eq(gql_runtime_create(&(gql_runtime_options){.name = "t", .version = "1"}, &runtime,
                                    NULL),
                 GQL_OK);
    fail_each("gql_library_open", open_library, GQL_OK);
    fail_each("gql_find_plugins", find_plugins, GQL_OK);
    gql_runtime_destroy(&runtime);
}

/* Of a resolver, whose result a failed allocation changes to no memory, and to nothing else. */
static int32_t worst;

static void note(int32_t code)
{
    cr_expect(code == GQL_OK || code == GQL_E_NO_MEMORY, "code %d", (int)code);
    worst = code < worst ? code : worst;
}

static int32_t resolve(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    const gql_host *host = gql_runtime_host(runtime);
    const gql_error error = {.struct_size = sizeof error,
                             .code = "NOT_FOUND",
                             .message = "gone",
                             .message_size = 4,
                             .extensions = "{\"a\":[1]}",
                             .extensions_size = 9,
                             .path = "[\"nodes\",0]",
                             .path_size = 11};
    (void)instance;
    note(host->reply_error(host, reply->handle, &error));
    note(host->reply_grow(host, reply->handle, 100000));
    if (call->flags != 0) {
        cr_expect_eq(host->reply_reject(host, reply->handle, &error), GQL_OK);
        return GQL_OK;
    }
    reply->data[reply->size++] = '1';
    cr_expect_eq(host->reply_resolve(host, reply->handle), GQL_OK);
    return GQL_OK;
}

static void release(gql_answer *answer)
{
    const bool memory = !answer->resolved && strstr(answer->message, "memory") != NULL;
    if (!answer->resolved)
        cr_expect_str_eq(answer->code, "NOT_FOUND", "the code is kept: %s", answer->message);
    worst = memory ? GQL_E_NO_MEMORY : worst;
    gql_answer_release(answer);
}

/* Each call has a runtime of its own: a table of replies keeps its memory. */
static int32_t call_with(uint32_t flags)
{
    const gql_call call = {.struct_size = sizeof call, .flags = flags, .arguments = "{}"};
    int32_t code = gql_runtime_create(&(gql_runtime_options){.name = "t", .version = "1"}, &runtime,
                                      NULL);
    if (code != GQL_OK)
        return code;
    worst = GQL_OK;
    code = gql_runtime_call(runtime, NULL, resolve, &call, release, NULL);
    for (int i = 0; i < GQL_MISUSE_COUNT; i++)
        cr_expect_eq(gql_runtime_misuses(runtime, (gql_misuse)i), 0, "%s",
                     gql_misuse_name((gql_misuse)i));
    gql_runtime_destroy(&runtime);
    return code == GQL_OK ? worst : code;
}

static int32_t call_resolved(void)
{
    return call_with(0);
}

static int32_t call_rejected(void)
{
    return call_with(1);
}

Test(allocations, may_fail_in_calls)
{
    fail_each("a call that is resolved", call_resolved, GQL_OK);
    fail_each("a call that is rejected", call_rejected, GQL_OK);
}

/* ---- The pool ---- */

static gql_library *library;
static sem_t answered;

static int32_t give_config(void *user, const char *key, size_t key_size, char **ret_config,
                           size_t *ret_config_size, gql_failure *failure)
{
    (void)user, (void)key, (void)key_size, (void)failure;
    *ret_config = strdup("{}");
    *ret_config_size = 2;
    return *ret_config == NULL ? GQL_E_NO_MEMORY : GQL_OK;
}

/* Hello rejects nothing: where the call is rejected, the pool has no memory. */
static void note_answer(gql_answer *answer)
{
    if (!answer->resolved)
        cr_expect_str_eq(answer->code, GQL_CODE_SERVICE_UNAVAILABLE);
    note(answer->resolved ? GQL_OK : GQL_E_NO_MEMORY);
    gql_answer_release(answer);
    sem_post(&answered);
}

static void ignore(void *user, const char *json, uint64_t size)
{
    (void)user, (void)json, (void)size;
}

static void ignore_metrics(void *user, const char *key, size_t key_size, const char *json,
                           size_t json_size)
{
    (void)user, (void)key, (void)key_size, (void)json, (void)json_size;
}

static void use_pool(gql_pool *pool)
{
    static const gql_request request = {.struct_size = sizeof request};
    static const gql_call call = {.struct_size = sizeof call,
                                  .arguments = "{\"name\":\"x\"}",
                                  .arguments_size = 12,
                                  .request = &request};
    gql_pool_key *keys = NULL;
    size_t count = 0;
    char reason[512];
    const int32_t code = gql_pool_call(pool, "a", 1,
                                       gql_library_plugin(library)->schema->resolvers[0]->resolve,
                                       &call, note_answer, NULL);
    if (code < GQL_OK)
        note(code);
    else
        sem_wait(&answered);
    note(gql_pool_suspend_key(pool, "b", 1));
    note(gql_pool_list_keys(pool, &keys, &count));
    free(keys);
    gql_pool_health(pool, reason, sizeof reason);
    note(strcmp(reason, "Memory ran out") == 0 ? GQL_E_NO_MEMORY : GQL_OK);
    note(gql_pool_metrics(pool, 0, ignore_metrics, NULL));
    note(gql_runtime_metrics(runtime, ignore, NULL));
}

static int32_t run_pool(void)
{
    const gql_pool_options options = {.config = give_config};
    gql_pool *pool = NULL;
    int32_t code = gql_runtime_create(&(gql_runtime_options){.name = "t", .version = "1"}, &runtime,
                                      NULL);
    if (code == GQL_OK)
        code = gql_library_open(runtime, HELLO_PATH, &library, NULL);
    if (code == GQL_OK)
        code = gql_pool_create(library, &options, &pool, NULL);
    worst = code;
    if (code == GQL_OK)
        use_pool(pool);
    gql_pool_destroy(&pool);
    gql_library_close(&library, true);
    gql_runtime_destroy(&runtime);
    return worst;
}

Test(allocations, may_fail_in_pools)
{
    sem_init(&answered, 0, 0);
    fail_each("a pool", run_pool, GQL_OK);
    sem_destroy(&answered);
}
