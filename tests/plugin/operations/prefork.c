// SPDX-License-Identifier: MIT
/*
 * A server that forks: the parent has instances, its children create, use and destroy their own,
 * while the parent's go on. Prints TAP.
 *
 * Usage: prefork PLUGIN.so
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/mock_host.h"

enum { CHILDREN = 4, CHANGES = 20 };

static struct mock_host *host;
static char folder[] = "/tmp/prefork-XXXXXX";

static void write_config(char config[512], int number)
{
    snprintf(config, 512,
             "{\"database\":{\"path\":\"%s/%d.db\"},\"credentials\":{\"keyring\":\"%s/keyring\"}}",
             folder, number, folder);
}

static gql_instance *create(int number)
{
    char config[512];
    write_config(config, number);
    return mock_create(host, config);
}

static bool resolves(gql_instance *instance, const char *type, const char *field,
                     const char *arguments)
{
    struct mock_answer *answer = mock_call(host, instance, type, field, arguments, NULL, NULL);
    const bool resolved = answer->resolved;
    mock_answer_free(&answer);
    return resolved;
}

/* Both pools run: a token is checked, changes are committed, and a snapshot is kept. */
static bool works(gql_instance *instance)
{
    bool good = !resolves(instance, "Mutation", "integrationCreate",
                          "{\"input\":{\"organizationId\":\"acme\",\"title\":\"x\","
                          "\"credentialRef\":\"v4.public.x\"}}");
    for (int i = 0; i < CHANGES; i++)
        good = good &&
               resolves(instance, "Mutation", "integrationCreate",
                        "{\"input\":{\"organizationId\":\"acme\",\"title\":\"x\"}}") &&
               resolves(instance, "Query", "integrations", "{\"organizationId\":\"acme\"}");
    return good;
}

/* The parent's database is refused, since SQLite can't tell whose its locks are. */
static bool refuses_parents(void)
{
    char config[512];
    gql_failure failure = {.struct_size = sizeof failure};
    write_config(config, 0);
    return mock_create_fails(host, config, &failure) == GQL_E_UNAVAILABLE &&
           strstr(failure.message, "forked") != NULL;
}

static void child(int number)
{
    gql_instance *instance = create(number);
    bool good = works(instance) && refuses_parents();
    mock_destroy(host, &instance);
    instance = create(number);
    good = good && works(instance);
    mock_destroy(host, &instance);
    _exit(good ? 0 : 1);
}

static bool all_ended_well(const pid_t *children)
{
    bool good = true;
    for (int i = 0; i < CHILDREN; i++) {
        int status = -1;
        good = waitpid(children[i], &status, 0) == children[i] && status == 0 && good;
    }
    return good;
}

static void remove_files(void)
{
    static const char *const endings[] = {"", "-wal", "-shm"};
    char path[128];
    for (int i = 0; i < 3 * (CHILDREN + 1); i++) {
        snprintf(path, sizeof path, "%s/%d.db%s", folder, i / 3, endings[i % 3]);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/keyring", folder);
    unlink(path);
    rmdir(folder);
}

static void make_keyring(void)
{
    char path[128];
    snprintf(path, sizeof path, "%s/keyring", folder);
    FILE *file = fopen(path, "w");
    if (file == NULL || fputs("{\"version\":1,\"keys\":[]}", file) < 0 || fclose(file) != 0)
        abort();
}

int main(int argc, char **argv)
{
    pid_t children[CHILDREN];
    if (argc != 2 || mkdtemp(folder) == NULL)
        return 2;
    make_keyring();
    host = mock_open(argv[1], NULL);
    gql_instance *instance = create(0);
    bool good = works(instance);
    for (int i = 0; i < CHILDREN; i++) {
        children[i] = fork();
        if (children[i] == 0)
            child(i + 1);
    }
    good = works(instance) && good;
    const bool ended = all_ended_well(children);
    good = works(instance) && good;
    mock_destroy(host, &instance);
    mock_close(&host);
    remove_files();
    printf("1..2\n%sok 1 - children use instances of their own\n"
           "%sok 2 - the parent's go on\n",
           ended ? "" : "not ", good ? "" : "not ");
    return ended && good ? 0 : 1;
}
