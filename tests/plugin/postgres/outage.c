// SPDX-License-Identifier: MIT
/*
 * Does what its input says, line by line, on a store at the URL that it is given, which it
 * opens without its server: `create`, `count`, `health`. Each is answered by a line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/store/engine.h"
#include "tests/plugin/fixture.h"

static struct store *store;

static enum store_status count(struct store_reader *reader, void *counts)
{
    return store_count(reader, TEXT("acme"), counts);
}

static void answer_create(void)
{
    struct store_mutation create = {.kind = STORE_CREATE,
                                    .organization_id = TEXT("acme"),
                                    .title = TEXT("x")};
    fixture_apply(store, &create);
    integration_copy_finish(&create.result);
    printf("%s %s\n",
           create.status == STORE_OK            ? "done"
           : create.status == STORE_UNREACHABLE ? "unreachable"
           : create.status == STORE_UNKNOWN     ? "unknown"
           : create.status == STORE_FULL        ? "full"
                                                : "failed",
           create.detail.text);
}

static void answer_count(void)
{
    struct store_counts counts = {0};
    const enum store_status status = fixture_read(store, count, &counts);
    printf("%lld\n", status == STORE_OK ? (long long)counts.active : -1LL);
}

static void answer(const char *command)
{
    const struct store_state state = store_state(store);
    if (strcmp(command, "create\n") == 0)
        answer_create();
    else if (strcmp(command, "count\n") == 0)
        answer_count();
    else
        printf("%d %s\n", (int)state.health, state.reason);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    char command[64];
    gql_failure failure = {.struct_size = sizeof failure};
    fixture_busy_timeout_ms = 500;
    fixture_statement_timeout_ms = 1000;
    fixture_more = "{\"open\": \"lazy\"}";
    if (argc != 2 || fixture_try_open_path(argv[1], "0600", "und", &store, &failure) != GQL_OK) {
        fprintf(stderr, "%s\n", failure.message);
        return 1;
    }
    while (fgets(command, sizeof command, stdin) != NULL)
        answer(command);
    fixture_close(&store);
    return 0;
}
