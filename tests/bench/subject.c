// SPDX-License-Identifier: MIT
#include "tests/bench/subject.h"

#include <jansson.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gql_host.h"
#include "plugin/base/identifier.h"
#include "tests/bench/measure.h"
#include "vault/paserk.h"
#include "vault/paseto.h"

struct subject {
    gql_runtime *runtime;
    gql_library *library;
    gql_instance *instance;
    gql_resolve_fn get, list, create, delete;
    gql_selection *page_selection, *total_selection;
    unsigned char secret_key[64];
    char **tokens;
    int token_count;
    int next_token;
};

static void must(int32_t code, const gql_failure *failure)
{
    if (code == GQL_OK)
        return;
    fprintf(stderr, "bench: %s\n", failure->message);
    exit(1);
}

static void write_keyring(const char *folder, const unsigned char *secret_key, char path[512])
{
    char paserk[VAULT_PASERK_PUBLIC_SIZE];
    struct vault_public_key key;
    memcpy(key.bytes, secret_key + 32, 32);
    vault_paserk_public_write(&key, paserk);
    snprintf(path, 512, "%s/keyring.json", folder);
    FILE *file = fopen(path, "w");
    fprintf(file, "{\"version\":1,\"keys\":[{\"paserk\":\"%s\",\"state\":\"active\"}]}", paserk);
    fclose(file);
}

static gql_selection *select_fields(const char *text)
{
    gql_selection *selection = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    must(gql_selection_parse(text, strlen(text), &selection, &failure), &failure);
    return selection;
}

struct subject *subject_open_file(const char *plugin_path, const char *path, const char *folder)
{
    char database[512];
    snprintf(database, sizeof database, "\"path\":\"%s\",\"cacheKiB\":65536,\"mmapMiB\":2048",
             path);
    return subject_open(plugin_path, database, folder);
}

struct subject *subject_open(const char *plugin_path, const char *database, const char *folder)
{
    char config[2048], keyring[512];
    unsigned char public_key[32];
    gql_failure failure = {.struct_size = sizeof failure};
    const gql_runtime_options options = {.name = "bench", .version = "1"};
    struct subject *subject = calloc(1, sizeof *subject);
    crypto_sign_keypair(public_key, subject->secret_key);
    write_keyring(folder, subject->secret_key, keyring);
    snprintf(config, sizeof config, "{\"database\":{%s},\"credentials\":{\"keyring\":\"%s\"}}",
             database, keyring);
    must(gql_runtime_create(&options, &subject->runtime, &failure), &failure);
    must(gql_library_open(subject->runtime, plugin_path, &subject->library, &failure), &failure);
    must(gql_instance_create(subject->library, config, strlen(config), &subject->instance,
                             &failure),
         &failure);
    const gql_schema *schema = gql_library_plugin(subject->library)->schema;
    subject->get = schema->resolvers[0]->resolve;
    subject->list = schema->resolvers[1]->resolve;
    subject->create = schema->resolvers[2]->resolve;
    subject->delete = schema->resolvers[4]->resolve;
    subject->page_selection = select_fields(
        "nodes { id version title organization { id } credentialRef isActive } "
        "pageInfo { endCursor hasNextPage }");
    subject->total_selection = select_fields("total { count precision }");
    return subject;
}

void subject_close(struct subject *subject)
{
    gql_instance_destroy(subject->library, &subject->instance);
    gql_library_close(&subject->library, false);
    gql_runtime_destroy(&subject->runtime);
    gql_selection_destroy(&subject->page_selection);
    gql_selection_destroy(&subject->total_selection);
    for (int i = 0; i < subject->token_count; i++)
        free(subject->tokens[i]);
    free(subject->tokens);
    free(subject);
}

/* Takes what a benchmark needs from an answer. */
typedef void (*use_fn)(struct caller *caller, const gql_answer *answer);

/*
 * Waits for one answer. Lives on the stack of the calling thread. A read normally completes inline,
 * on that thread, and then neither locks nor signals.
 */
struct waiter {
    struct caller *caller;
    use_fn use; /* May be NULL. */
    pthread_t thread;
    pthread_mutex_t lock; /* Guards the members below. */
    pthread_cond_t answered;
    bool is_answered;
};

static void on_read(gql_answer *answer)
{
    struct waiter *waiter = answer->user;
    flight_expect(answer);
    if (waiter->use != NULL)
        waiter->use(waiter->caller, answer);
    gql_answer_release(answer);
    if (pthread_equal(waiter->thread, pthread_self()))
        return;
    pthread_mutex_lock(&waiter->lock);
    waiter->is_answered = true;
    pthread_cond_signal(&waiter->answered);
    pthread_mutex_unlock(&waiter->lock);
}

static void wait_for_answer(struct waiter *waiter)
{
    pthread_mutex_lock(&waiter->lock);
    while (!waiter->is_answered)
        pthread_cond_wait(&waiter->answered, &waiter->lock);
    pthread_mutex_unlock(&waiter->lock);
}

/* Calls a resolver and returns when it is answered. The first reads of a cold database are late. */
static void read_and_wait(struct caller *caller, gql_resolve_fn resolve, const char *arguments,
                          size_t size, const gql_selection *selection, use_fn use)
{
    const struct subject *subject = caller->subject;
    const gql_call call = {.struct_size = sizeof call,
                           .arguments = arguments,
                           .arguments_size = size,
                           .selection = selection,
                           .request = &flight_request};
    struct waiter waiter = {.caller = caller,
                            .use = use,
                            .thread = pthread_self(),
                            .lock = PTHREAD_MUTEX_INITIALIZER,
                            .answered = PTHREAD_COND_INITIALIZER};
    const int32_t code = gql_runtime_call(subject->runtime, subject->instance, resolve, &call,
                                          on_read, &waiter);
    if (code == GQL_PENDING)
        wait_for_answer(&waiter);
    else if (code != GQL_OK)
        flight_fail(code);
}

void subject_get(void *context, int count)
{
    struct caller *caller = context;
    char arguments[] = "{\"id\":\"------------------------------------\"}";
    for (int i = 0; i < count; i++) {
        identifier_write(&caller->ids[bench_random(&caller->random, caller->id_count)],
                         arguments + 7);
        read_and_wait(caller, caller->subject->get, arguments, sizeof arguments - 1, NULL, NULL);
    }
}

void subject_delete(void *context, int count)
{
    struct caller *caller = context;
    char id[IDENTIFIER_TEXT_SIZE], arguments[96];
    for (int i = 0; i < count; i++) {
        identifier_write(&caller->ids[i], id);
        const int size = snprintf(arguments, sizeof arguments,
                                  "{\"input\":{\"id\":\"%.*s\",\"version\":1}}",
                                  IDENTIFIER_TEXT_SIZE, id);
        read_and_wait(caller, caller->subject->delete, arguments, (size_t)size, NULL, NULL);
    }
}

static size_t write_page_arguments(const struct caller *caller, int first, char arguments[2304])
{
    const bool begins = caller->after[0] == '\0';
    return (size_t)snprintf(arguments, 2304, "{\"organizationId\":\"%s\",\"first\":%d%s%s%s}",
                            caller->organization, first, begins ? "" : ",\"after\":\"",
                            caller->after, begins ? "" : "\"");
}

void subject_page(void *context, int count)
{
    struct caller *caller = context;
    char arguments[2304];
    const size_t size = write_page_arguments(caller, 100, arguments);
    for (int i = 0; i < count; i++)
        read_and_wait(caller, caller->subject->list, arguments, size,
                      caller->subject->page_selection, NULL);
}

void subject_total(void *context, int count)
{
    struct caller *caller = context;
    char arguments[2304];
    const size_t size = write_page_arguments(caller, 1, arguments);
    for (int i = 0; i < count; i++)
        read_and_wait(caller, caller->subject->list, arguments, size,
                      caller->subject->total_selection, NULL);
}

static void keep_cursor(struct caller *caller, const gql_answer *answer)
{
    json_t *value = json_loadb(answer->json, answer->json_size, 0, NULL);
    const char *cursor =
        json_string_value(json_object_get(json_object_get(value, "pageInfo"), "endCursor"));
    if (cursor != NULL)
        snprintf(caller->after, sizeof caller->after, "%s", cursor);
    json_decref(value);
}

void subject_advance(struct caller *caller, int rows)
{
    gql_selection *selection = select_fields("pageInfo { endCursor }");
    char arguments[2304];
    for (int i = 0; i < rows / 100; i++) {
        const size_t size = write_page_arguments(caller, 100, arguments);
        read_and_wait(caller, caller->subject->list, arguments, size, selection, keep_cursor);
    }
    gql_selection_destroy(&selection);
}

static void count_rows(struct caller *caller, const gql_answer *answer)
{
    json_t *value = json_loadb(answer->json, answer->json_size, 0, NULL);
    json_t *info = json_object_get(value, "pageInfo");
    const char *cursor = json_string_value(json_object_get(info, "endCursor"));
    caller->scanned += (int)json_array_size(json_object_get(value, "nodes"));
    caller->has_next = json_is_true(json_object_get(info, "hasNextPage"));
    if (cursor != NULL)
        snprintf(caller->after, sizeof caller->after, "%s", cursor);
    json_decref(value);
}

int subject_scan(struct caller *caller)
{
    char arguments[2304];
    caller->after[0] = '\0';
    caller->scanned = 0;
    do {
        const size_t size = write_page_arguments(caller, 100, arguments);
        read_and_wait(caller, caller->subject->list, arguments, size,
                      caller->subject->page_selection, count_rows);
    } while (caller->has_next);
    return caller->scanned;
}

void subject_sign(struct subject *subject, int count)
{
    subject->tokens = calloc((size_t)count, sizeof *subject->tokens);
    subject->token_count = count;
    for (int i = 0; i < count; i++) {
        char claims[160], token[VAULT_TOKEN_LIMIT + 1];
        snprintf(claims, sizeof claims,
                 "{\"sub\":\"kv/bench/"
                 "%d\",\"aud\":\"org-2\",\"jti\":\"%032d\",\"exp\":\"2999-01-01T00:00:00Z\"}",
                 i, i);
        vault_paseto_sign(vault_bytes_of(claims), VAULT_NO_BYTES, VAULT_NO_BYTES,
                          subject->secret_key, token);
        subject->tokens[i] = strdup(token);
    }
}

/* Without signed tokens, the integrations have no credential. */
static int write_create(void *context, char arguments[FLIGHT_ARGUMENTS])
{
    const struct caller *caller = context;
    struct subject *subject = caller->subject;
    const bool has_token = subject->token_count > 0;
    const char *quote = has_token ? "\"" : "";
    const char *token = has_token ? subject->tokens[subject->next_token++ % subject->token_count]
                                  : "null";
    return snprintf(arguments, FLIGHT_ARGUMENTS,
                    "{\"input\":{\"organizationId\":\"%s\",\"title\":\"Connector of the "
                    "bench\",\"credentialRef\":%s%s%s}}",
                    caller->organization == NULL ? "org-2" : caller->organization, quote, token,
                    quote);
}

static int write_get(void *context, char arguments[FLIGHT_ARGUMENTS])
{
    struct caller *caller = context;
    char id[IDENTIFIER_TEXT_SIZE];
    identifier_write(&caller->ids[bench_random(&caller->random, caller->id_count)], id);
    return snprintf(arguments, FLIGHT_ARGUMENTS, "{\"id\":\"%.*s\"}", IDENTIFIER_TEXT_SIZE, id);
}

static void fly(struct caller *caller, gql_resolve_fn resolve, flight_write_fn write, int count)
{
    const struct flight_plan plan = {.runtime = caller->subject->runtime,
                                     .instance = caller->subject->instance,
                                     .resolve = resolve,
                                     .in_flight = caller->in_flight,
                                     .write = write,
                                     .context = caller};
    flights_run(&plan, count);
}

void subject_create(void *context, int count)
{
    struct caller *caller = context;
    fly(caller, caller->subject->create, write_create, count);
}

void subject_gets(void *context, int count)
{
    struct caller *caller = context;
    fly(caller, caller->subject->get, write_get, count);
}

void subject_fill(struct caller *caller, flight_write_fn write, int count)
{
    fly(caller, caller->subject->create, write, count);
}
