// SPDX-License-Identifier: MIT
/*
 * Threads create and destroy instances at once, which share the schema of the configuration,
 * collations, keyrings, those of organizations, too, and the cache of signatures. The thread
 * sanitizer sees what goes wrong, and mock_close what is left behind. Prints TAP.
 *
 * Usage: sharing PLUGIN.so
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/mock_host.h"

enum { THREADS = 6, ROUNDS = 6 };

static struct mock_host *host;
static char folder[] = "/tmp/sharing-XXXXXX";

struct tenant {
    int number;
    pthread_t thread;
};

static void use(gql_instance *instance)
{
    static const char arguments[] = "{\"input\":{\"organizationId\":\"acme\",\"title\":\"x\","
                                    "\"credentialRef\":\"v4.public.x\"}}";
    struct mock_answer *answer = mock_call(host, instance, "Mutation", "integrationCreate",
                                           arguments, NULL, NULL);
    if (answer->resolved || strcmp(answer->code, "VALIDATION_ERROR") != 0)
        abort();
    mock_answer_free(&answer);
}

static void *create_and_destroy(void *argument)
{
    static const char *const locales[] = {"und", "sv"};
    static const char *const keyrings[] = {"0", "1", "{organization}"};
    const struct tenant *tenant = argument;
    for (int round = 0; round < ROUNDS; round++) {
        char config[512];
        const int kind = (tenant->number + round) % 2;
        snprintf(config, sizeof config,
                 "{\"database\":{\"path\":\"%s/%d.db\"},\"collation\":{\"locale\":\"%s\"},"
                 "\"credentials\":{\"keyring\":\"%s/%s.json\"}}",
                 folder, tenant->number, locales[kind], folder,
                 keyrings[(tenant->number + round) % 3]);
        gql_instance *instance = mock_create(host, config);
        use(instance);
        mock_destroy(host, &instance);
    }
    return NULL;
}

static char *path_of(const char *kind, const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s.%s", folder, name, kind);
    return path;
}

static const char *const keyring_files[] = {"0", "1", "acme"};

static void make_keyring(const char *name)
{
    FILE *file = fopen(path_of("json", name), "w");
    if (file == NULL || fputs("{\"version\":1,\"keys\":[]}", file) < 0 || fclose(file) != 0)
        abort();
}

static void *do_nothing(void *unused)
{
    return unused;
}

/* The thread sanitizer starts a thread of its own with the first of the program. */
static void start_first_thread(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, do_nothing, NULL) != 0)
        abort();
    pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
    struct tenant tenants[THREADS];
    char name[16];
    if (argc != 2 || mkdtemp(folder) == NULL)
        return 2;
    for (int i = 0; i < 3; i++)
        make_keyring(keyring_files[i]);
    start_first_thread();
    host = mock_open(argv[1], NULL);
    for (int i = 0; i < THREADS; i++) {
        tenants[i].number = i;
        if (pthread_create(&tenants[i].thread, NULL, create_and_destroy, &tenants[i]) != 0)
            abort();
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(tenants[i].thread, NULL);
        snprintf(name, sizeof name, "%d", i);
        unlink(path_of("db", name));
    }
    mock_close(&host);
    for (int i = 0; i < 3; i++)
        unlink(path_of("json", keyring_files[i]));
    rmdir(folder);
    puts("1..1\nok 1 - threads create and destroy instances that share what is the same");
    return 0;
}
