// SPDX-License-Identifier: MIT
/*
 * crash_writer PLUGIN DATABASE ROUND ORGANIZATIONS [CHAIN…]: writes at full load until it is
 * killed, to so many organizations. If DATABASE is a folder, each has a database of its own in it,
 * half of which may be open. Many chains run at once. Each creates an integration, tries a stale
 * update, updates it a few times, and may delete it. The given chains are begun first: their create
 * got no answer in an earlier round. The name of a chain is the key of its create. If DATABASE is a
 * URL, the server may be away: a step that was rejected is tried again, and a chain ends without an
 * answer if the outcome is unknown.
 *
 * Each call and each answer is a line on the standard output, in one write(2): `CHAIN try OP N`,
 * `CHAIN ok OP N`, `CHAIN no OP N`. Titles contain the chain and the version; the organization of
 * chain R.7 of three is `org-1`.
 */
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gql_host.h"

enum { CHAINS = 96, WORKERS = 4, UPDATES = 3 };

enum step { CREATE, STALE, UPDATE, DELETE };
static const char *const step_names[] = {"create", "stale", "update", "delete"};

struct chain {
    char name[48];
    int organization;
    enum step step;
    int version;
    char id[64];
    char arguments[256];
    gql_request request;
    gql_call call;
    struct chain *next; /* In the stack of chains that are ready. */
};

static gql_runtime *runtime;
static gql_instance *instance;
static gql_resolve_fn resolvers[4];
static const gql_grant grant = {.struct_size = sizeof grant, .actions = 15};
static const gql_grant *const grants[] = {&grant};
static const gql_request request = {.struct_size = sizeof request,
                                    .actor_id = "a",
                                    .actor_id_size = 1,
                                    .grants = grants,
                                    .grant_count = 1};

static const char *round_name;
static int chain_count, organization_count;
static bool has_server;
static char **unanswered; /* Names, up to NULL. */
static struct chain *ready;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t filled = PTHREAD_COND_INITIALIZER;

static void journal(const struct chain *chain, const char *what)
{
    char line[128];
    const int size = snprintf(line, sizeof line, "%s %s %s %d\n", chain->name, what,
                              step_names[chain->step], chain->version);
    if (write(STDOUT_FILENO, line, (size_t)size) != size)
        _exit(3);
}

/* `lock` is held. */
static void begin_chain(struct chain *chain)
{
    *chain = (struct chain){.step = CREATE, .request = request};
    if (*unanswered != NULL)
        snprintf(chain->name, sizeof chain->name, "%s", *unanswered++);
    else
        snprintf(chain->name, sizeof chain->name, "%s.%d", round_name, chain_count++);
    chain->organization = atoi(strchr(chain->name, '.') + 1) % organization_count;
    chain->request.idempotency_key = chain->name;
    chain->request.idempotency_key_size = strlen(chain->name);
}

static void advance(struct chain *chain, const gql_answer *answer)
{
    if (chain->step == CREATE) {
        json_t *value = json_loadb(answer->json, answer->json_size, 0, NULL);
        snprintf(chain->id, sizeof chain->id, "%s",
                 json_string_value(json_object_get(json_object_get(value, "integration"), "id")));
        json_decref(value);
        chain->version = 1;
        chain->step = STALE;
    } else if (chain->step == STALE) {
        chain->step = UPDATE;
    } else if (chain->step == UPDATE && ++chain->version > UPDATES) {
        chain->step = DELETE;
    }
}

static void make_ready(struct chain *chain, bool ended)
{
    pthread_mutex_lock(&lock);
    if (ended)
        begin_chain(chain);
    chain->next = ready;
    ready = chain;
    pthread_cond_signal(&filled);
    pthread_mutex_unlock(&lock);
}

/* The server is away. */
static bool is_unavailable(const gql_answer *answer)
{
    return has_server && !answer->resolved && strcmp(answer->code, "SERVICE_UNAVAILABLE") == 0;
}

static void on_answer(gql_answer *answer)
{
    struct chain *chain = answer->user;
    const bool unavailable = is_unavailable(answer);
    const bool unknown = unavailable && strstr(answer->extensions, "\"unknown\"") != NULL;
    if (!unknown)
        journal(chain, answer->resolved ? "ok" : "no");
    if (!unavailable && answer->resolved != (chain->step != STALE)) {
        fprintf(stderr, "%s %s: %s\n", chain->name, step_names[chain->step],
                answer->resolved ? answer->json : answer->message);
        _exit(4);
    }
    const bool ended = !unavailable && (chain->step == DELETE ||
                                        (chain->step == UPDATE && chain->version == UPDATES &&
                                         chain->id[35] % 2 == 0));
    if (!unavailable)
        advance(chain, answer);
    gql_answer_release(answer);
    make_ready(chain, ended || unknown);
}

static void write_arguments(struct chain *chain)
{
    char *const text = chain->arguments;
    const size_t room = sizeof chain->arguments;
    switch (chain->step) {
    case CREATE:
        snprintf(text, room, "{\"input\":{\"organizationId\":\"org-%d\",\"title\":\"%s v1\"}}",
                 chain->organization, chain->name);
        break;
    case STALE:
        snprintf(text, room, "{\"input\":{\"id\":\"%s\",\"version\":77,\"title\":\"%s bad\"}}",
                 chain->id, chain->name);
        break;
    case UPDATE:
        snprintf(text, room,
                 "{\"input\":{\"id\":\"%s\",\"version\":%d,\"title\":\"%s v%d\",\"isActive\":%s}}",
                 chain->id, chain->version, chain->name, chain->version + 1,
                 chain->version % 2 ? "false" : "true");
        break;
    case DELETE:
        snprintf(text, room, "{\"input\":{\"id\":\"%s\",\"version\":%d}}", chain->id,
                 chain->version);
        break;
    }
}

static void *work(void *argument)
{
    for (;;) {
        pthread_mutex_lock(&lock);
        while (ready == NULL)
            pthread_cond_wait(&filled, &lock);
        struct chain *chain = ready;
        ready = chain->next;
        pthread_mutex_unlock(&lock);
        write_arguments(chain);
        chain->call = (gql_call){.struct_size = sizeof chain->call,
                                 .arguments = chain->arguments,
                                 .arguments_size = strlen(chain->arguments),
                                 .request = &chain->request};
        journal(chain, "try");
        if (gql_runtime_call(runtime, instance, resolvers[chain->step], &chain->call, on_answer,
                             chain) < 0)
            _exit(5);
    }
    return argument;
}

static gql_resolve_fn find(const gql_plugin *plugin, const char *field)
{
    for (uint32_t i = 0; i < plugin->schema->resolver_count; i++) {
        if (strcmp(plugin->schema->resolvers[i]->field, field) == 0)
            return plugin->schema->resolvers[i]->resolve;
    }
    return NULL;
}

static void check(int32_t code, const gql_failure *failure)
{
    if (code == GQL_OK)
        return;
    fprintf(stderr, "%s\n", failure->message);
    exit(2);
}

static void write_config(const char *path, char *config, size_t room)
{
    struct stat found;
    if (has_server)
        snprintf(config, room, "{\"database\":{\"url\":\"%s\",\"migrate\":true}}", path);
    else if (stat(path, &found) == 0 && S_ISDIR(found.st_mode))
        snprintf(config, room, "{\"database\":{\"root\":\"%s\",\"maxOpen\":%d}}", path,
                 (organization_count + 1) / 2);
    else
        snprintf(config, room, "{\"database\":{\"path\":\"%s\"}}", path);
}

int main(int argc, char **argv)
{
    static struct chain chains[CHAINS];
    pthread_t threads[WORKERS];
    char config[512];
    gql_library *library = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    const gql_runtime_options options = {.name = "crash", .version = "1"};
    if (argc < 5 || (organization_count = atoi(argv[4])) < 1)
        return 2;
    round_name = argv[3];
    unanswered = argv + 5;
    has_server = strstr(argv[2], "://") != NULL;
    write_config(argv[2], config, sizeof config);
    check(gql_runtime_create(&options, &runtime, &failure), &failure);
    check(gql_library_open(runtime, argv[1], &library, &failure), &failure);
    check(gql_instance_create(library, config, strlen(config), &instance, &failure), &failure);
    resolvers[CREATE] = find(gql_library_plugin(library), "integrationCreate");
    resolvers[UPDATE] = resolvers[STALE] = find(gql_library_plugin(library), "integrationUpdate");
    resolvers[DELETE] = find(gql_library_plugin(library), "integrationDelete");
    for (int i = 0; i < CHAINS; i++) {
        begin_chain(&chains[i]);
        chains[i].next = ready;
        ready = &chains[i];
    }
    for (int i = 0; i < WORKERS; i++)
        pthread_create(&threads[i], NULL, work, NULL);
    pthread_join(threads[0], NULL);
    return 0;
}
