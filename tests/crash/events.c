// SPDX-License-Identifier: MIT
/*
 * events PLUGIN [URL]: a load on the delivery of events, mainly for ThreadSanitizer. Two instances
 * share a root in which few databases have room, or a database on a server. While threads create
 * integrations, others claim and acknowledge, and set and take back watches. Each event must be
 * delivered, in order within its organization, also by the instances of the next round.
 */
#include <ftw.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/mock_host.h"

enum { ROUNDS = 2, WRITERS = 2, CLAIMERS = 3, ORGANIZATIONS = 8, CREATES = 60 };

static const char claim[] = "{\"consumer\":\"hooks\",\"limit\":4}";

static struct mock_host *host;
static const gql_events *events;
static gql_instance *instances[2];
static char folder[128];
static const char *url; /* NULL: a root in the folder. */
static atomic_int created[ORGANIZATIONS], signals, wrong;
static atomic_bool written;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int64_t delivered[ORGANIZATIONS]; /* Guarded by the lock: up to which event. */

static json_t *member(json_t *value, const char *name)
{
    return json_object_get(value, name);
}

/* ---- Writers ---- */

static void *write_all(void *argument)
{
    unsigned seed = *(unsigned *)argument;
    for (int i = 0; i < CREATES; i++) {
        char arguments[96];
        const int number = rand_r(&seed) % ORGANIZATIONS;
        snprintf(arguments, sizeof arguments,
                 "{\"input\":{\"organizationId\":\"org-%d\",\"title\":\"x\"}}", number);
        struct mock_answer *answer = mock_call(host, instances[rand_r(&seed) % 2], "Mutation",
                                               "integrationCreate", arguments, NULL, NULL);
        atomic_fetch_add(answer->resolved ? &created[number] : &wrong, 1);
        mock_answer_free(&answer);
    }
    return NULL;
}

/* ---- Claimers ---- */

/* The events follow each other, and leave out none that was not delivered before. */
static void take_events(int number, const json_t *list)
{
    size_t i;
    json_t *event;
    pthread_mutex_lock(&lock);
    json_array_foreach(list, i, event) {
        const int64_t sequence = json_integer_value(member(event, "sequence"));
        if (sequence > delivered[number] + 1)
            atomic_fetch_add(&wrong, 1);
        if (sequence == delivered[number] + 1)
            delivered[number] = sequence;
    }
    pthread_mutex_unlock(&lock);
}

static void acknowledge(gql_instance *instance, json_t *batch)
{
    char arguments[256];
    snprintf(arguments, sizeof arguments,
             "{\"consumer\":\"hooks\",\"organizationId\":\"%s\",\"lease\":\"%s\","
             "\"position\":\"%s\"}",
             json_string_value(member(batch, "organizationId")),
             json_string_value(member(batch, "lease")),
             json_string_value(member(batch, "position")));
    struct mock_answer *answer = mock_call_function(host, instance, "acknowledge",
                                                    events->acknowledge, arguments, NULL);
    if (!answer->resolved)
        atomic_fetch_add(&wrong, 1);
    mock_answer_free(&answer);
}

/* False: there is nothing for now. */
static bool deliver_one(gql_instance *instance)
{
    struct mock_answer *answer = mock_call_function(host, instance, "claim", events->claim, claim,
                                                    NULL);
    if (!answer->resolved)
        abort();
    json_t *batch = member(answer->value, "batch");
    const bool more = json_is_true(member(answer->value, "hasMore"));
    if (json_is_object(batch)) {
        take_events(atoi(json_string_value(member(batch, "organizationId")) + 4),
                    member(batch, "events"));
        acknowledge(instance, batch);
    }
    mock_answer_free(&answer);
    return more;
}

static void count_signal(void *user)
{
    atomic_fetch_add((atomic_int *)user, 1);
}

static void *deliver_all(void *argument)
{
    const unsigned number = *(unsigned *)argument;
    gql_instance *instance = instances[number % 2];
    for (unsigned i = number; !atomic_load(&written); i++) {
        events->watch(instance, i % 3 == 0 ? NULL : count_signal, &signals);
        deliver_one(instance);
    }
    while (deliver_one(instance)) {
    }
    return NULL;
}

/* ---- Rounds ---- */

static void start(pthread_t *thread, void *(*run)(void *), unsigned *argument)
{
    if (pthread_create(thread, NULL, run, argument) != 0)
        abort();
}

static gql_instance *make_instance(void)
{
    char config[512];
    if (url != NULL)
        snprintf(config, sizeof config,
                 "{\"database\":{\"url\":\"%s\",\"migrate\":true,\"connections\":4},"
                 "\"events\":{\"pollMilliseconds\":500}}",
                 url);
    else
        snprintf(config, sizeof config,
                 "{\"database\":{\"root\":\"%s\",\"maxOpen\":2},"
                 "\"events\":{\"pollMilliseconds\":500}}",
                 folder);
    return mock_create(host, config);
}

static void run_round(unsigned round)
{
    pthread_t writers[WRITERS], claimers[CLAIMERS];
    unsigned numbers[WRITERS + CLAIMERS];
    for (int i = 0; i < 2; i++)
        instances[i] = make_instance();
    atomic_store(&written, false);
    for (unsigned i = 0; i < WRITERS + CLAIMERS; i++) {
        numbers[i] = round * (WRITERS + CLAIMERS) + i;
        start(i < WRITERS ? &writers[i] : &claimers[i - WRITERS],
              i < WRITERS ? write_all : deliver_all, &numbers[i]);
    }
    for (int i = 0; i < WRITERS; i++)
        pthread_join(writers[i], NULL);
    atomic_store(&written, true);
    for (int i = 0; i < CLAIMERS; i++)
        pthread_join(claimers[i], NULL);
    for (int i = 0; i < 2; i++)
        mock_destroy(host, &instances[i]);
}

/* A new instance finds what those before it have left. */
static bool deliver_rest(void)
{
    bool all = true;
    gql_instance *last = make_instance();
    while (deliver_one(last)) {
    }
    mock_destroy(host, &last);
    for (int i = 0; i < ORGANIZATIONS; i++)
        all = all && delivered[i] == atomic_load(&created[i]);
    return all;
}

static void *do_nothing(void *unused)
{
    return unused;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status, (void)type, (void)place;
    return remove(path);
}

int main(int argc, char **argv)
{
    pthread_t first; /* With it, a sanitizer starts one of its own, which is not to be counted. */
    const char *parent = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/events-XXXXXX", parent == NULL ? "/tmp" : parent);
    if (argc < 2 || argc > 3 || mkdtemp(folder) == NULL)
        return 2;
    url = argv[2]; /* NULL behind the last one. */
    start(&first, do_nothing, NULL);
    pthread_join(first, NULL);
    host = mock_open(argv[1], NULL);
    events = gql_library_events(mock_library(host));
    for (unsigned i = 0; i < ROUNDS; i++)
        run_round(i);
    const bool all = deliver_rest();
    mock_close(&host);
    nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    printf("1..3\n%s 1 - no answer was wrong, and no event came before its time\n",
           atomic_load(&wrong) == 0 ? "ok" : "not ok");
    printf("%s 2 - each event was delivered\n", all ? "ok" : "not ok");
    printf("%s 3 - watches were woken\n", atomic_load(&signals) > 0 ? "ok" : "not ok");
    return 0;
}
