// SPDX-License-Identifier: MIT
/*
 * stress PLUGIN [URL]: mixed load on many threads, mainly for ThreadSanitizer. Does not use
 * Criterion, which forks. In each round two instances open, on one file or on one database of a
 * server, and close while calls are under way. What was acknowledged must be in the database
 * afterwards, and the histories of the contended integrations must be linearizable, whichever
 * instance answered. ROUNDS in the environment: another number of rounds than a few.
 */
#include <ftw.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/crash/history.h"
#include "tests/crash/stress_call.h"
#include "vault/paserk.h"
#include "vault/paseto.h"

enum { ROUNDS = 6, THREADS = 6, SHARED = 3, OPERATIONS = 150, OBSERVATIONS = THREADS * OPERATIONS };

struct history {
    pthread_mutex_t lock;
    size_t count;
    struct observation observations[OBSERVATIONS + 1];
};

static gql_instance *instances[2]; /* Both on one database. */
static char folder[] = "/tmp/integrations-stress-XXXXXX";
static const char *url; /* NULL: a file in the folder. */
static unsigned char secret_key[64];
static char token[VAULT_TOKEN_LIMIT + 1];
static char shared_ids[SHARED][64];
static struct history histories[SHARED];
static atomic_long created, deleted, rejected, wrong;
static int test_number;

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

/* The only error is that the service is going away, or that the call was cancelled. */
static bool is_resolved(const struct answer *answer)
{
    if (!answer->resolved)
        atomic_fetch_add(strcmp(answer->code, "SERVICE_UNAVAILABLE") == 0 ? &rejected : &wrong, 1);
    return answer->resolved;
}

/* `ret_id` is "" if it was rejected. */
static void create(gql_instance *instance, const char *credential, const uint32_t *cancelled,
                   char ret_id[64])
{
    char arguments[VAULT_TOKEN_LIMIT + 128];
    const char *quote = credential == NULL ? "" : "\"";
    snprintf(
        arguments, sizeof arguments,
        "{\"input\":{\"organizationId\":\"acme\",\"title\":\"made\",\"credentialRef\":%s%s%s}}",
        quote, credential == NULL ? "null" : credential, quote);
    struct answer answer = call_field(instance, "integrationCreate", arguments, cancelled);
    ret_id[0] = '\0';
    if (is_resolved(&answer)) {
        atomic_fetch_add(&created, 1);
        snprintf(ret_id, 64, "%s", call_text(json_object_get(answer.value, "integration"), "id"));
    }
    json_decref(answer.value);
}

/* Deletes what this thread alone knows, so no conflict is right. */
static void delete (gql_instance *instance, const char *id)
{
    char arguments[128];
    snprintf(arguments, sizeof arguments, "{\"input\":{\"id\":\"%s\",\"version\":1}}", id);
    struct answer answer = call_field(instance, "integrationDelete", arguments, NULL);
    if (is_resolved(&answer))
        atomic_fetch_add(&deleted, 1);
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
    struct observation observation = {.begin = now()};
    if (version == 0)
        snprintf(arguments, sizeof arguments, "{\"id\":\"%s\"}", shared_ids[which]);
    else
        snprintf(arguments, sizeof arguments, "{\"input\":{\"id\":\"%s\",\"version\":%d}}",
                 shared_ids[which], version);
    struct answer answer = call_field(instance, version == 0 ? "integration" : "integrationUpdate",
                                      arguments, NULL);
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
    snprintf(arguments, sizeof arguments, "{\"ids\":[\"%s\",\"nothing\"]}", shared_ids[0]);
    const struct answer answers[] = {call_field(instance, "integrations",
                                                "{\"organizationId\":\"acme\",\"first\":5}", NULL),
                                     call_loader(instance, arguments),
                                     call_events(instance,
                                                 "{\"organizationId\":\"acme\",\"limit\":5}")};
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        is_resolved(&answers[i]);
        json_decref(answers[i].value);
    }
}

static void *load(void *argument)
{
    unsigned seed = (unsigned)(uintptr_t)argument;
    int versions[SHARED] = {0};
    for (int i = 0; i < OPERATIONS; i++) {
        char id[64];
        const int number = rand_r(&seed) % 2;
        gql_instance *instance = instances[number], *other = instances[1 - number];
        const int which = (int)((unsigned)rand_r(&seed) % SHARED);
        const uint32_t cancelled = 1;
        switch (rand_r(&seed) % 5) {
        case 0:
            create(instance, i % 2 ? token : NULL, i % 16 == 0 ? &cancelled : NULL, id);
            if (id[0] != '\0' && i % 3 == 0)
                delete (other, id);
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
    char config[1024], place[512];
    gql_instance *instance = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    snprintf(place, sizeof place,
             url == NULL ? "\"path\":\"%s/i.db\",\"readers\":2"
                         : "\"url\":\"%s\",\"migrate\":true,\"connections\":4",
             url == NULL ? folder : url);
    snprintf(config, sizeof config,
             "{\"database\":{%s,\"busyTimeoutMilliseconds\":60000},"
             "\"credentials\":{\"keyring\":\"%s/keyring.json\"}}",
             place, folder);
    if (gql_instance_create(library, config, strlen(config), &instance, &failure) != GQL_OK) {
        printf("Bail out! %s\n", failure.message);
        exit(1);
    }
    return instance;
}

static void make_shared(void)
{
    for (int i = 0; i < SHARED; i++) {
        struct answer answer =
            call_field(instances[0], "integrationCreate",
                       "{\"input\":{\"organizationId\":\"shared\",\"title\":\"x\"}}", NULL);
        snprintf(shared_ids[i], sizeof shared_ids[i], "%s",
                 call_text(json_object_get(answer.value, "integration"), "id"));
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
    instances[0] = open_instance(library);
    struct answer answer = call_field(instances[0], "integrations",
                                      "{\"organizationId\":\"acme\",\"first\":0}", NULL);
    const long total = (long)integer_of(json_object_get(answer.value, "total"), "count");
    json_decref(answer.value);
    gql_instance_destroy(library, &instances[0]);
    printf("# %ld created, %ld deleted, %ld rejected\n", atomic_load(&created),
           atomic_load(&deleted), atomic_load(&rejected));
    report(total == atomic_load(&created) - atomic_load(&deleted) && atomic_load(&deleted) > 0,
           "every acknowledged change is in the database, and no rejected one");
    report(atomic_load(&wrong) == 0, "every rejected call has the code SERVICE_UNAVAILABLE");
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status, (void)type, (void)place;
    return remove(path);
}

static int rounds(void)
{
    const char *wanted = getenv("ROUNDS");
    return wanted == NULL ? ROUNDS : atoi(wanted);
}

int main(int argc, char **argv)
{
    unsigned char public_key[32];
    if (argc < 2 || argc > 3 || rounds() < 1 || mkdtemp(folder) == NULL || sodium_init() < 0)
        return 2;
    url = argv[2]; /* NULL behind the last one. */
    crypto_sign_keypair(public_key, secret_key);
    vault_paseto_sign(vault_bytes_of("{\"sub\":\"s\",\"aud\":\"acme\"}"), VAULT_NO_BYTES,
                      VAULT_NO_BYTES, secret_key, token);
    write_keyring();
    gql_library *library = call_open(argv[1]);
    printf("1..%d\n", rounds() + 4);
    check_history_checker();
    for (int i = 0; i < rounds(); i++)
        run_round(library, i);
    check_total(library);
    report(call_pending() == 0, "no call is pending");
    call_close(&library);
    nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    return 0;
}
