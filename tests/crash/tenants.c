// SPDX-License-Identifier: MIT
/*
 * tenants PLUGIN: a load on many organizations with a database each, mainly for ThreadSanitizer.
 * Two instances share a root, with few places and few threads, so that databases open and close
 * all the time; they are asked for their health, drained while calls are under way, and destroyed.
 * In the last round a tool takes the databases of organizations from them and gives them back.
 * What was acknowledged must be where it belongs, and is read through either instance.
 */
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/mock_host.h"

enum { ROUNDS = 5, THREADS = 6, ORGANIZATIONS = 12, OPERATIONS = 120, MOVES = 8 };

struct worker {
    pthread_t thread;
    unsigned seed;
    char id[40]; /* The last that it made. */
    int organization;
};

static struct mock_host *host;
static gql_instance *instances[2];
static char folder[128];
static atomic_int created[ORGANIZATIONS], rejected, wrong;
static atomic_bool tool_works;
static int test_number;

static void report(bool good, const char *what)
{
    printf("%s %d - %s\n", good ? "ok" : "not ok", ++test_number, what);
    fflush(stdout);
}

static const char *text_of(const json_t *value, const char *object, const char *name)
{
    const json_t *found = json_object_get(json_object_get(value, object), name);
    return json_is_string(found) ? json_string_value(found) : "";
}

static void note_wrong(const char *what, const char *detail)
{
    atomic_fetch_add(&wrong, 1);
    printf("# %s: %s\n", what, detail);
}

/* The only error is that the service is going away. */
static bool is_resolved(const struct mock_answer *answer)
{
    if (answer->resolved)
        return true;
    if (strcmp(answer->code, "SERVICE_UNAVAILABLE") == 0)
        atomic_fetch_add(&rejected, 1);
    else
        note_wrong("an answer", answer->code);
    return false;
}

static void create(struct worker *worker, gql_instance *instance)
{
    char arguments[128];
    const int number = (int)((unsigned)rand_r(&worker->seed) % ORGANIZATIONS);
    snprintf(arguments, sizeof arguments,
             "{\"input\":{\"organizationId\":\"org-%d\",\"title\":\"org-%d\"}}", number, number);
    struct mock_answer *answer = mock_call(host, instance, "Mutation", "integrationCreate",
                                           arguments, "integration { id }", NULL);
    if (is_resolved(answer)) {
        atomic_fetch_add(&created[number], 1);
        worker->organization = number;
        snprintf(worker->id, sizeof worker->id, "%s", text_of(answer->value, "integration", "id"));
    }
    mock_answer_free(&answer);
}

/* Its own last integration, by its ID, which another instance may have made. */
static void read_back(struct worker *worker, gql_instance *instance)
{
    char arguments[64], title[16];
    if (worker->id[0] == '\0')
        return;
    snprintf(arguments, sizeof arguments, "{\"id\":\"%s\"}", worker->id);
    snprintf(title, sizeof title, "org-%d", worker->organization);
    struct mock_answer *answer = mock_call(host, instance, "Query", "integration", arguments,
                                           "title", NULL);
    if (is_resolved(answer) &&
        strcmp(json_string_value(json_object_get(answer->value, "title")), title) != 0)
        note_wrong("not the title", title);
    mock_answer_free(&answer);
}

/* IDs of many organizations, and of none. */
static void load(struct worker *worker, gql_instance *instance)
{
    char ids[512] = "[\"nonsense\"";
    for (int i = 0; i < 8; i++) {
        char id[48];
        snprintf(id, sizeof id, ",\"01a20da5-179e-8000-%04x-494e5400%04x\"",
                 0x8000 | (rand_r(&worker->seed) & 0xfff), rand_r(&worker->seed) & 0xffff);
        strcat(ids, id);
    }
    snprintf(ids + strlen(ids), 64, ",\"%s\"]", worker->id);
    struct mock_answer *answer = mock_load(host, instance, "Integration", ids, "id", NULL);
    is_resolved(answer);
    mock_answer_free(&answer);
}

static int count_of(gql_instance *instance, int number)
{
    char arguments[64];
    snprintf(arguments, sizeof arguments, "{\"organizationId\":\"org-%d\"}", number);
    struct mock_answer *answer = mock_call(host, instance, "Query", "integrations", arguments,
                                           "total { count }", NULL);
    const json_t *total = json_object_get(answer->value, "total");
    const int count = is_resolved(answer) ? (int)json_integer_value(json_object_get(total, "count"))
                                          : -1;
    mock_answer_free(&answer);
    return count;
}

static void check_health(gql_instance *instance)
{
    char reason[256];
    const gql_health *health = mock_plugin(host)->extension(GQL_EXT_HEALTH);
    if (health->check(instance, reason, sizeof reason) != GQL_HEALTH_OK)
        note_wrong("the health", reason);
}

static void *work(void *argument)
{
    struct worker *worker = argument;
    for (int i = 0; i < OPERATIONS || atomic_load(&tool_works); i++) {
        gql_instance *instance = instances[rand_r(&worker->seed) % 2];
        switch (rand_r(&worker->seed) % 6) {
        case 0:
        case 1:
            create(worker, instance);
            break;
        case 2:
            load(worker, instance);
            break;
        case 3:
            count_of(instance, (int)((unsigned)rand_r(&worker->seed) % ORGANIZATIONS));
            break;
        case 4:
            check_health(instance);
            break;
        default:
            read_back(worker, instance);
        }
    }
    return NULL;
}

/* Opens an organization's lease, and writes into it. */
static int write_lease(int number, const char *state)
{
    char pattern[192];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/*/org-%d/lease", folder, number);
    if (glob(pattern, 0, NULL, &found) != 0)
        abort();
    const int lease = open(found.gl_pathv[0], O_RDWR | O_CLOEXEC);
    globfree(&found);
    if (ftruncate(lease, 0) != 0 || pwrite(lease, state, strlen(state), 0) < 0)
        abort();
    return lease;
}

/* Waits until both gateways have let go. */
static bool lock_alone(int lease)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    for (int i = 0; i < 6000; i++) {
        if (fcntl(lease, F_OFD_SETLK, &lock) == 0)
            return true;
        usleep(5000);
    }
    return false;
}

static void *move_databases(void *unused)
{
    for (int i = 0; i < MOVES; i++) {
        const int number = i * 5 % ORGANIZATIONS;
        close(write_lease(number, "suspended"));
        const int lease = write_lease(number, "moving");
        if (!lock_alone(lease))
            note_wrong("not let go of", "a database that is moved");
        close(write_lease(number, "active"));
        close(lease);
    }
    atomic_store(&tool_works, false);
    return unused;
}

static void run_round(int round)
{
    static const int places[ROUNDS] = {1, 2, 5, 1, 8}, threads[ROUNDS] = {1, 2, 16, 16, 4};
    struct worker workers[THREADS];
    pthread_t tool;
    const bool moves = round == ROUNDS - 1;
    atomic_store(&tool_works, moves);
    char config[256];
    snprintf(config, sizeof config,
             "{\"database\":{\"root\":\"%s\",\"maxOpen\":%d},\"limits\":{\"storageThreads\":%d}}",
             folder, places[round], threads[round]);
    for (int i = 0; i < 2; i++)
        instances[i] = mock_create(host, config);
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (struct worker){.seed = (unsigned)(round * THREADS + i)};
        if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0)
            abort();
    }
    if (moves && pthread_create(&tool, NULL, move_databases, NULL) != 0)
        abort();
    if (round % 2 == 1)
        mock_drain(host, instances[1]); /* While they are busy: later calls are rejected. */
    for (int i = 0; i < THREADS; i++)
        pthread_join(workers[i].thread, NULL);
    if (moves)
        pthread_join(tool, NULL);
    for (int i = 0; i < 2; i++)
        mock_destroy(host, &instances[i]);
    printf("ok %d - round with %d places\n", ++test_number, places[round]);
}

static void check_totals(void)
{
    char config[256];
    int all = 0;
    bool right = true;
    snprintf(config, sizeof config, "{\"database\":{\"root\":\"%s\"}}", folder);
    instances[0] = mock_create(host, config);
    for (int i = 0; i < ORGANIZATIONS; i++) {
        all += atomic_load(&created[i]);
        right = count_of(instances[0], i) == atomic_load(&created[i]) && right;
    }
    mock_destroy(host, &instances[0]);
    printf("# %d created, %d rejected\n", all, atomic_load(&rejected));
    report(right && all > 0, "each organization has what was acknowledged, and no more");
    report(atomic_load(&wrong) == 0, "no answer was wrong");
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status, (void)type, (void)place;
    return remove(path);
}

static void *do_nothing(void *unused)
{
    return unused;
}

/* With the first one, a sanitizer starts one of its own, which mock_close is not to count. */
static void start_first_thread(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, do_nothing, NULL) != 0)
        abort();
    pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
    const char *parent = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/tenants-XXXXXX", parent == NULL ? "/tmp" : parent);
    if (argc != 2 || mkdtemp(folder) == NULL)
        return 2;
    start_first_thread();
    host = mock_open(argv[1], NULL);
    printf("1..%d\n", ROUNDS + 2);
    for (int i = 0; i < ROUNDS; i++)
        run_round(i);
    check_totals();
    mock_close(&host);
    nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    return 0;
}
