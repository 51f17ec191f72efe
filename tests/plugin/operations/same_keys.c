// SPDX-License-Identifier: MIT
/*
 * Two processes, each a gateway with the same databases, send creates with the same keys at the
 * same time: of each key one integration is made, and all get its ID. Prints TAP.
 *
 * Usage: same_keys PLUGIN.so
 */
#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/mock_host.h"

enum { PROCESSES = 2, ROUNDS = 100, AT_ONCE = 3, ID_SIZE = 40, LIMIT_SECONDS = 120 };

/* Of both processes. */
struct round {
    char ids[PROCESSES][AT_ONCE][ID_SIZE]; /* What each create was answered. */
};

struct shared {
    pthread_barrier_t start; /* Of a round. */
    int counts[PROCESSES];   /* Of integrations, as each sees it at the end. */
    struct round rounds[ROUNDS];
};

static char folder[] = "/tmp/same-keys-XXXXXX";

static struct shared *share(void)
{
    pthread_barrierattr_t attributes;
    struct shared *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED || pthread_barrierattr_init(&attributes) != 0 ||
        pthread_barrierattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED) != 0 ||
        pthread_barrier_init(&shared->start, &attributes, PROCESSES) != 0)
        abort();
    return shared;
}

/* ---- A gateway ---- */

static void take_id(struct mock_pending **pending, char id[ID_SIZE])
{
    struct mock_answer *answer = mock_wait(pending);
    const char *text = NULL;
    if (json_unpack(answer->value, "{s:{s:s}}", "integration", "id", &text) == 0)
        snprintf(id, ID_SIZE, "%s", text);
    else
        printf("# %s\n", answer->json);
    mock_answer_free(&answer);
}

static void create_at_once(struct mock_host *host, gql_instance *instance, int number,
                           char ids[AT_ONCE][ID_SIZE])
{
    struct mock_request requests[AT_ONCE];
    struct mock_pending *pending[AT_ONCE];
    char key[16];
    const int size = snprintf(key, sizeof key, "key-%d", number);
    for (int i = 0; i < AT_ONCE; i++) {
        mock_request_all(&requests[i]);
        requests[i].request.idempotency_key = key;
        requests[i].request.idempotency_key_size = (uint64_t)size;
        pending[i] = mock_start(host, instance, "Mutation", "integrationCreate",
                                "{\"input\":{\"organizationId\":\"acme\",\"title\":\"x\"}}",
                                "integration { id }", &requests[i]);
    }
    for (int i = 0; i < AT_ONCE; i++)
        take_id(&pending[i], ids[i]);
}

static int count(struct mock_host *host, gql_instance *instance)
{
    int total = -1;
    struct mock_answer *answer = mock_call(host, instance, "Query", "integrations",
                                           "{\"organizationId\":\"acme\"}", "total { count }",
                                           NULL);
    json_unpack(answer->value, "{s:{s:i}}", "total", "count", &total);
    mock_answer_free(&answer);
    return total;
}

static void serve(const char *plugin, const char *config, int process, struct shared *shared)
{
    struct mock_host *host = mock_open(plugin, NULL);
    gql_instance *instance = mock_create(host, config);
    for (int i = 0; i < ROUNDS; i++) {
        pthread_barrier_wait(&shared->start);
        create_at_once(host, instance, i, shared->rounds[i].ids[process]);
    }
    pthread_barrier_wait(&shared->start);
    shared->counts[process] = count(host, instance);
    mock_destroy(host, &instance);
    mock_close(&host);
}

/* The plugin is opened in the children alone. */
static bool run_processes(const char *plugin, const char *config, struct shared *shared)
{
    bool ended_well = true;
    int status;
    fflush(stdout);
    for (int i = 0; i < PROCESSES; i++) {
        if (fork() != 0)
            continue;
        alarm(LIMIT_SECONDS);
        serve(plugin, config, i, shared);
        exit(0);
    }
    while (wait(&status) > 0)
        ended_well = ended_well && status == 0;
    return ended_well;
}

/* ---- What they were answered ---- */

static bool is_one(const struct round *round)
{
    const char *first = round->ids[0][0];
    bool is = first[0] != '\0';
    for (int i = 0; i < PROCESSES * AT_ONCE; i++)
        is = is && strcmp(round->ids[i / AT_ONCE][i % AT_ONCE], first) == 0;
    return is;
}

static int faults_of(const struct shared *shared)
{
    int faults = 0;
    for (int i = 0; i < ROUNDS; i++) {
        faults += !is_one(&shared->rounds[i]);
        faults += i > 0 &&
                  strcmp(shared->rounds[i].ids[0][0], shared->rounds[i - 1].ids[0][0]) == 0;
    }
    for (int i = 0; i < PROCESSES; i++)
        faults += shared->counts[i] != ROUNDS;
    return faults;
}

static int removed(const char *path, const struct stat *found, int kind, struct FTW *place)
{
    (void)found, (void)kind, (void)place;
    return remove(path);
}

int main(int argc, char **argv)
{
    static const char *const places[] = {"path", "root"};
    bool good = true;
    char config[256];
    char root[64];
    if (argc != 2 || mkdtemp(folder) == NULL)
        return 2;
    snprintf(root, sizeof root, "%s/root", folder);
    if (mkdir(root, 0700) != 0)
        return 2;
    puts("1..2");
    for (int i = 0; i < 2; i++) {
        struct shared *shared = share();
        snprintf(config, sizeof config, "{\"database\":{\"%s\":\"%s/%s\"}}", places[i], folder,
                 places[i]);
        const bool ended_well = run_processes(argv[1], config, shared);
        const int faults = faults_of(shared);
        printf("%s %d - database.%s: two processes make one integration of each key\n",
               ended_well && faults == 0 ? "ok" : "not ok", i + 1, places[i]);
        printf("# %d faults, %d and %d integrations of %d keys\n", faults, shared->counts[0],
               shared->counts[1], ROUNDS);
        good = good && ended_well && faults == 0;
        munmap(shared, sizeof *shared);
    }
    nftw(folder, removed, 8, FTW_DEPTH | FTW_PHYS);
    return good ? 0 : 1;
}
