// SPDX-License-Identifier: MIT
/*
 * Calls of the plugin for cost.py, which counts their instructions: prints the name of each case,
 * and calls case_ends after each of its rounds.
 *
 * Usage: cost PLUGIN.so FOLDER path|root
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/support/mock_host.h"

enum { ROUNDS = 10, CALLS = 3, ROWS = 64 };

struct cost {
    struct mock_host *host;
    gql_instance *instance;
    struct mock_request reader; /* May read one organization of many. */
    const char *engine;         /* `path`, or `root`: a database for each organization. */
    char path[256];
};

/* cost.py has callgrind write what it counted when this returns. */
void case_ends(void);
__attribute__((noinline)) void case_ends(void)
{
    __asm__ volatile("");
}

static struct mock_answer *call(struct cost *cost, const char *field, const char *arguments)
{
    const bool reads = strcmp(field, "integration") == 0 || strcmp(field, "integrations") == 0;
    if (strcmp(field, "load") == 0)
        return mock_load(cost->host, cost->instance, "Integration", arguments, "id", &cost->reader);
    return mock_call(cost->host, cost->instance, reads ? "Query" : "Mutation", field, arguments,
                     NULL, &cost->reader);
}

static void create(struct cost *cost, const char *organization_id, char id[37])
{
    char arguments[128];
    snprintf(arguments, sizeof arguments,
             "{\"input\":{\"organizationId\":\"%s\",\"title\":\"A title of some length\"}}",
             organization_id);
    struct mock_answer *answer = mock_call(cost->host, cost->instance, "Mutation",
                                           "integrationCreate", arguments, NULL, NULL);
    const json_t *created = json_object_get(answer->value, "integration");
    snprintf(id, 37, "%s", json_string_value(json_object_get(created, "id")));
    mock_answer_free(&answer);
}

static void delete (struct cost *cost, const char *id)
{
    char arguments[128];
    snprintf(arguments, sizeof arguments, "{\"input\":{\"id\":\"%s\",\"version\":1}}", id);
    struct mock_answer *answer = mock_call(cost->host, cost->instance, "Mutation",
                                           "integrationDelete", arguments, NULL, NULL);
    if (!answer->resolved)
        exit(1);
    mock_answer_free(&answer);
}

static void run_case(struct cost *cost, const char *name, const char *field, const char *arguments)
{
    for (int round = 0; round < ROUNDS; round++) {
        /* In the first round, folders may be listed on a thread that is not measured. */
        printf("%s\n", round == 0 ? "not a round" : name);
        for (int i = 0; i < CALLS; i++) {
            struct mock_answer *answer = call(cost, field, arguments);
            mock_answer_free(&answer);
        }
        case_ends();
    }
}

/* ---- Whether an ID that the actor may not read shows that it exists ---- */

static void ask_for(struct cost *cost, const char *kind, const char *id)
{
    static const struct {
        const char *field;
        const char *before; /* The ID. */
        const char *after;
    } ways[] = {
        {"integration", "{\"id\":\"", "\"}"},
        {"integrationUpdate", "{\"input\":{\"version\":1,\"id\":\"", "\"}}"},
        {"integrationDelete", "{\"input\":{\"version\":1,\"id\":\"", "\"}}"},
        {"load", "[\"", "\"]"},
    };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        char name[64], arguments[128];
        snprintf(arguments, sizeof arguments, "%s%s%s", ways[i].before, id, ways[i].after);
        snprintf(name, sizeof name, "hidden %s/%s %s", cost->engine, ways[i].field, kind);
        run_case(cost, name, ways[i].field, arguments);
    }
}

static void change(char *digit)
{
    *digit = *digit == '0' ? '1' : '0';
}

/* What changed just now is listed again with each call, on a thread that is not measured. */
static void age_folders(const struct cost *cost)
{
    static const struct timespec old[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
    char path[600];
    DIR *root = opendir(cost->path);
    for (const struct dirent *entry = NULL; root != NULL && (entry = readdir(root)) != NULL;) {
        snprintf(path, sizeof path, "%s/%s", cost->path, entry->d_name);
        utimensat(AT_FDCWD, path, old, 0);
    }
    if (root != NULL)
        closedir(root);
}

static void ask_for_what_cannot_be_read(struct cost *cost)
{
    char ids[ROWS][37], absent[37];
    for (int i = 0; i < ROWS; i++)
        create(cost, i % 2 == 0 ? "theirs" : "ours", ids[i]);
    delete (cost, ids[34]);
    delete (cost, ids[35]);
    age_folders(cost);
    ask_for(cost, "unreadable", ids[32]);
    ask_for(cost, "deleted", ids[34]);
    ask_for(cost, "deleted-of-ours", ids[35]);
    memcpy(absent, ids[33], sizeof absent);
    change(&absent[7]);
    ask_for(cost, "absent-of-ours", absent);
    memcpy(absent, ids[32], sizeof absent);
    change(&absent[7]);
    ask_for(cost, "absent", absent);
    change(&absent[35]);
    ask_for(cost, "absent-with-another-tag", absent);
    ask_for(cost, "absent-below", "00000000-0000-8000-801f-494e54470000");
    ask_for(cost, "absent-above", "ffffffff-ffff-8000-801f-494e54470000");
    ask_for(cost, "malformed", "ffffffff-ffff-4000-801f-494e54470000");
}

/* ---- Whether a database for each organization makes calls slower ---- */

static void ask_for_what_is_there(struct cost *cost)
{
    char id[37], name[64], arguments[64];
    create(cost, "other1", id);
    snprintf(arguments, sizeof arguments, "{\"id\":\"%s\"}", id);
    snprintf(name, sizeof name, "hot integration %s", cost->engine);
    run_case(cost, name, "integration", arguments);
    snprintf(name, sizeof name, "hot integrations %s", cost->engine);
    run_case(cost, name, "integrations", "{\"organizationId\":\"other1\"}");
}

/* ---- Whether twice as much from a client takes more than twice the work ---- */

static void ask_for_twice_as_much(struct cost *cost)
{
    static const struct {
        const char *name;
        const char *field;
        const char *before; /* What is repeated, in the arguments. */
        const char *unit;
        const char *after;
    } cases[] = {
        {"id", "integration", "{\"id\":\"", "\\u0001", "\"}"},
        {"unknown-members", "integration", "{\"id\":\"\",\"a\":[0", ",{\"b\":[1.5,\"x\"]}", "]}"},
        {"ids", "load", "[\"\"", ",\"01a20da5-179e-8000-801f-494e544725d5\"", "]"},
        {"title", "integrationCreate", "{\"input\":{\"organizationId\":\"ours\",\"title\":\"",
         "\u2003 ", "\"}}"},
        {"cursor", "integrations", "{\"organizationId\":\"ours\",\"after\":\"", "YXJy", "\"}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const size_t lead = strlen(cases[i].before), unit = strlen(cases[i].unit);
        for (size_t count = 200; count <= 400; count += 200) {
            char name[64], *text = malloc(lead + count * unit + strlen(cases[i].after) + 1);
            strcpy(text, cases[i].before);
            for (size_t j = 0; j < count; j++)
                memcpy(text + lead + j * unit, cases[i].unit, unit);
            strcpy(text + lead + count * unit, cases[i].after);
            snprintf(name, sizeof name, "linear %s %zu", cases[i].name, count);
            run_case(cost, name, cases[i].field, text);
            free(text);
        }
    }
}

static void create_instance(struct cost *cost, const char *folder)
{
    char config[512];
    snprintf(cost->path, sizeof cost->path, "%s/%s", folder, cost->engine);
    snprintf(config, sizeof config, "{\"database\":{\"%s\":\"%s\",\"readers\":1}}", cost->engine,
             cost->path);
    cost->instance = mock_create(cost->host, config);
}

int main(int argc, char **argv)
{
    struct cost cost;
    static char organizations[MOCK_GRANTS][16];
    if (argc != 4)
        return 2;
    cost.engine = argv[3];
    cost.host = mock_open(argv[1], NULL);
    create_instance(&cost, argv[2]);
    mock_request(&cost.reader, "actor");
    mock_grant(&cost.reader, "ours", 15);
    for (int i = 1; i < MOCK_GRANTS; i++) {
        snprintf(organizations[i], sizeof organizations[i], "other%d", i);
        mock_grant(&cost.reader, organizations[i], 15);
    }
    ask_for_what_cannot_be_read(&cost);
    ask_for_what_is_there(&cost);
    if (strcmp(cost.engine, "path") == 0)
        ask_for_twice_as_much(&cost);
    mock_destroy(cost.host, &cost.instance);
    mock_close(&cost.host);
    return 0;
}
