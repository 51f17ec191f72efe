// SPDX-License-Identifier: MIT
/*
 * stress PLUGIN: mixed load on many threads, mainly for ThreadSanitizer. Does not use Criterion,
 * which forks. In each round two instances open, and close while calls are under way. What was
 * acknowledged must be in the database afterwards, and the histories of the contended integrations
 * must be linearizable.
 */
#include <ftw.h>
#include <jansson.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gql_host.h"
#include "tests/crash/history.h"
#include "vault/paserk.h"
#include "vault/paseto.h"

enum { ROUNDS = 6, THREADS = 6, SHARED = 3, OPERATIONS = 150, OBSERVATIONS = THREADS * OPERATIONS };

struct answer {
    pthread_mutex_t lock;
    pthread_cond_t came;
    bool is_here;
    bool resolved;
    char code[32];
    json_t *value; /* rejected: the extensions. */
};

struct history {
    pthread_mutex_t lock;
    size_t count;
    struct observation observations[OBSERVATIONS + 1];
};

static gql_runtime *runtime;
static const gql_plugin *plugin;
static gql_instance *instances[2]; /* Both on one database. */
static char folder[] = "/tmp/integrations-stress-XXXXXX";
static unsigned char secret_key[64];
static char token[VAULT_TOKEN_LIMIT + 1];
static char shared_ids[SHARED][64];
static struct history histories[SHARED];
static atomic_long created, rejected, wrong;
static int test_number;

static const gql_grant grant = {.struct_size = sizeof grant, .actions = 15};
static const gql_grant *const grants[] = {&grant};

static uint64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void report(bool good, const char *what)
{
    printf("%s %d - %s\n", good ? "ok" : "not ok", ++test_number, what);
    fflush(stdout);
}

static void on_answer(gql_answer *given)
{
    struct answer *answer = given->user;
    pthread_mutex_lock(&answer->lock);
    answer->resolved = given->resolved;
    snprintf(answer->code, sizeof answer->code, "%s", given->resolved ? "" : given->code);
    answer->value = given->resolved
                        ? json_loadb(given->json, given->json_size, JSON_DECODE_ANY, NULL)
                        : json_loadb(given->extensions, given->extensions_size, 0, NULL);
    gql_answer_release(given);
    answer->is_here = true;
    pthread_cond_signal(&answer->came);
    pthread_mutex_unlock(&answer->lock);
}

static gql_resolve_fn find(const char *field)
{
    for (uint32_t i = 0; i < plugin->schema->resolver_count; i++) {
        if (strcmp(plugin->schema->resolvers[i]->field, field) == 0)
            return plugin->schema->resolvers[i]->resolve;
    }
    return plugin->schema->loaders[0]->load;
}

/* `cancelled` may be NULL. */
static void ask(gql_instance *instance, const char *field, const char *arguments,
                const uint32_t *cancelled, struct answer *answer)
{
    const gql_request request = {.struct_size = sizeof request,
                                 .actor_id = "a",
                                 .actor_id_size = 1,
                                 .grants = grants,
                                 .grant_count = 1,
                                 .cancelled = cancelled};
    const gql_call call = {.struct_size = sizeof call,
                           .arguments = arguments,
                           .arguments_size = strlen(arguments),
                           .request = &request};
    *answer = (struct answer){.lock = PTHREAD_MUTEX_INITIALIZER, .came = PTHREAD_COND_INITIALIZER};
    if (gql_runtime_call(runtime, instance, find(field), &call, on_answer, answer) < 0)
        abort();
    pthread_mutex_lock(&answer->lock);
    while (!answer->is_here)
        pthread_cond_wait(&answer->came, &answer->lock);
    pthread_mutex_unlock(&answer->lock);
}

static const char *text_of(const json_t *value, const char *object, const char *name)
{
    const char *text = json_string_value(json_object_get(json_object_get(value, object), name));
    return text == NULL ? "" : text;
}

static void create(gql_instance *instance, const char *credential, const uint32_t *cancelled)
{
    char arguments[VAULT_TOKEN_LIMIT + 128];
    struct answer answer;
    snprintf(
        arguments, sizeof arguments,
        "{\"input\":{\"organizationId\":\"acme\",\"title\":\"made\",\"credentialRef\":%s%s%s}}",
        credential ? "\"" : "", credential ? credential : "null", credential ? "\"" : "");
    ask(instance, "integrationCreate", arguments, cancelled, &answer);
    if (answer.resolved)
        atomic_fetch_add(&created, 1);
    else if (strcmp(answer.code, "SERVICE_UNAVAILABLE") == 0)
        atomic_fetch_add(&rejected, 1);
    else
        atomic_fetch_add(&wrong, 1);
    json_decref(answer.value);
}

static void observe(int which, struct observation observation)
{
    struct history *history = &histories[which];
    pthread_mutex_lock(&history->lock);
    if (history->count < OBSERVATIONS)
        history->observations[history->count++] = observation;
    pthread_mutex_unlock(&history->lock);
}

static int integer_of(const json_t *value, const char *name)
{
    return (int)json_integer_value(json_object_get(value, name));
}

/* Reads, or updates if `version` is not 0. Returns the version that is now known, or 0. */
static int contend(gql_instance *instance, int which, int version)
{
    char arguments[160];
    struct answer answer;
    struct observation observation = {.begin = now()};
    if (version == 0)
        snprintf(arguments, sizeof arguments, "{\"id\":\"%s\"}", shared_ids[which]);
    else
        snprintf(arguments, sizeof arguments, "{\"input\":{\"id\":\"%s\",\"version\":%d}}",
                 shared_ids[which], version);
    ask(instance, version == 0 ? "integration" : "integrationUpdate", arguments, NULL, &answer);
    observation.end = now();
    if (answer.resolved && version == 0)
        observation.version = integer_of(answer.value, "version");
    else if (answer.resolved)
        observation.version = integer_of(json_object_get(answer.value, "integration"), "version");
    else if (strcmp(answer.code, "CONFLICT") == 0)
        observation.version = integer_of(answer.value, "currentVersion");
    observation.made = answer.resolved && version != 0;
    json_decref(answer.value);
    if (observation.version > 0)
        observe(which, observation);
    return observation.version;
}

static void read_some(gql_instance *instance)
{
    char arguments[128];
    struct answer answer;
    ask(instance, "integrations", "{\"organizationId\":\"acme\",\"first\":5}", NULL, &answer);
    json_decref(answer.value);
    snprintf(arguments, sizeof arguments, "{\"ids\":[\"%s\",\"nothing\"]}", shared_ids[0]);
    ask(instance, "load", arguments, NULL, &answer);
    json_decref(answer.value);
}

static void *load(void *argument)
{
    unsigned seed = (unsigned)(uintptr_t)argument;
    int versions[SHARED] = {0};
    for (int i = 0; i < OPERATIONS; i++) {
        gql_instance *instance = instances[rand_r(&seed) % 2];
        const int which = (int)((unsigned)rand_r(&seed) % SHARED);
        const uint32_t cancelled = 1;
        switch (rand_r(&seed) % 5) {
        case 0:
            create(instance, i % 2 ? token : NULL, i % 16 == 0 ? &cancelled : NULL);
            break;
        case 1:
            read_some(instance);
            break;
        case 2:
            versions[which] = contend(instance, which, 0);
            break;
        default:
            versions[which] = contend(instance, which, versions[which]);
        }
    }
    return NULL;
}

static void write_keyring(void)
{
    char path[128], temporary[160], paserk[VAULT_PASERK_PUBLIC_SIZE];
    struct vault_public_key key;
    memcpy(key.bytes, secret_key + 32, 32);
    vault_paserk_public_write(&key, paserk);
    snprintf(path, sizeof path, "%s/keyring.json", folder);
    snprintf(temporary, sizeof temporary, "%s.new", path);
    FILE *file = fopen(temporary, "w");
    fprintf(file, "{\"version\":1,\"keys\":[{\"paserk\":\"%s\",\"state\":\"active\"}]}", paserk);
    fclose(file);
    rename(temporary, path);
}

static gql_instance *open_instance(gql_library *library)
{
    char config[512];
    gql_instance *instance = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    snprintf(config, sizeof config,
             "{\"database\":{\"path\":\"%s/i.db\",\"readers\":2},\"credentials\":{\"keyring\":\"%s/"
             "keyring.json\"}}",
             folder, folder);
    if (gql_instance_create(library, config, strlen(config), &instance, &failure) != GQL_OK) {
        printf("Bail out! %s\n", failure.message);
        exit(1);
    }
    return instance;
}

static void make_shared(void)
{
    for (int i = 0; i < SHARED; i++) {
        struct answer answer;
        ask(instances[0], "integrationCreate",
            "{\"input\":{\"organizationId\":\"shared\",\"title\":\"x\"}}", NULL, &answer);
        snprintf(shared_ids[i], sizeof shared_ids[i], "%s",
                 text_of(answer.value, "integration", "id"));
        json_decref(answer.value);
        pthread_mutex_init(&histories[i].lock, NULL);
        histories[i].count = 0;
    }
}

static void run_round(gql_library *library, int number)
{
    pthread_t threads[THREADS];
    char violation[128] = "";
    bool legal = true;
    instances[0] = open_instance(library);
    instances[1] = open_instance(library);
    make_shared();
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, load, (void *)(uintptr_t)(number * 100 + i + 1));
    usleep(20000);
    write_keyring();
    if (number % 2 == 1)
        gql_instance_drain(library, instances[1]);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    gql_instance_destroy(library, &instances[0]);
    gql_instance_destroy(library, &instances[1]);
    for (int i = 0; i < SHARED && legal; i++)
        legal = history_is_legal(histories[i].observations, histories[i].count, violation,
                                 sizeof violation);
    report(legal, legal ? "the history of contended integrations is linearizable" : violation);
}

static void check_history_checker(void)
{
    char violation[128];
    const struct observation good[] = {
        {1, 5, 1, false}, {2, 6, 2, true}, {3, 4, 1, false}, {7, 8, 2, false}, {7, 9, 3, true}};
    const struct observation stale[] = {{1, 2, 2, true}, {3, 4, 1, false}};
    const struct observation twice[] = {{1, 2, 2, true}, {3, 4, 2, true}};
    const struct observation unmade[] = {{1, 2, 2, false}};
    const struct observation early[] = {{1, 2, 2, false}, {3, 4, 2, true}};
    const bool right = history_is_legal(good, 5, violation, sizeof violation) &&
                       !history_is_legal(stale, 2, violation, sizeof violation) &&
                       !history_is_legal(twice, 2, violation, sizeof violation) &&
                       !history_is_legal(unmade, 1, violation, sizeof violation) &&
                       !history_is_legal(early, 2, violation, sizeof violation);
    report(right, "the checker of histories rejects each kind of illegal history");
}

static void check_total(gql_library *library)
{
    struct answer answer;
    instances[0] = open_instance(library);
    ask(instances[0], "integrations", "{\"organizationId\":\"acme\",\"first\":0}", NULL, &answer);
    const long total = (long)integer_of(json_object_get(answer.value, "total"), "count");
    json_decref(answer.value);
    gql_instance_destroy(library, &instances[0]);
    printf("# %ld created, %ld rejected\n", atomic_load(&created), atomic_load(&rejected));
    report(total == atomic_load(&created) && total > 0,
           "every acknowledged create is in the database, and no rejected one");
    report(atomic_load(&wrong) == 0, "every rejected create has the code SERVICE_UNAVAILABLE");
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status, (void)type, (void)place;
    return remove(path);
}

int main(int argc, char **argv)
{
    unsigned char public_key[32];
    gql_library *library = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    const gql_runtime_options options = {.name = "stress", .version = "1"};
    if (argc != 2 || mkdtemp(folder) == NULL || sodium_init() < 0)
        return 2;
    crypto_sign_keypair(public_key, secret_key);
    vault_paseto_sign(vault_bytes_of("{\"sub\":\"s\",\"aud\":\"acme\"}"), VAULT_NO_BYTES,
                      VAULT_NO_BYTES, secret_key, token);
    write_keyring();
    if (gql_runtime_create(&options, &runtime, &failure) != GQL_OK ||
        gql_library_open(runtime, argv[1], &library, &failure) != GQL_OK) {
        printf("Bail out! %s\n", failure.message);
        return 1;
    }
    plugin = gql_library_plugin(library);
    printf("1..%d\n", ROUNDS + 4);
    check_history_checker();
    for (int i = 0; i < ROUNDS; i++)
        run_round(library, i);
    check_total(library);
    report(gql_runtime_pending(runtime) == 0, "no call is pending");
    gql_library_close(&library, true);
    gql_runtime_destroy(&runtime);
    nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    return 0;
}
