// SPDX-License-Identifier: MIT
/*
 * What an instance takes that serves one organization of a root and has not been called: many hosts
 * have one for each. Prints TAP.
 *
 * Usage: idle PLUGIN.so
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/support/mock_host.h"

enum { INSTANCES = 60, MOST = 16 * 1024 };

static size_t allocated(void)
{
    const struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

static gql_instance *create(struct mock_host *host, const char *root, int number)
{
    char config[256];
    snprintf(config, sizeof config,
             "{\"organization\":\"organization-%d\",\"database\":{\"root\":\"%s\"}}", number, root);
    return mock_create(host, config);
}

int main(int argc, char **argv)
{
    static gql_instance *instances[INSTANCES];
    char root[] = "/tmp/idle-XXXXXX";
    if (argc != 2 || mkdtemp(root) == NULL)
        return 2;
    struct mock_host *host = mock_open(argv[1], NULL);
    gql_instance *first = create(host, root, INSTANCES); /* Makes what the process shares. */
    const size_t before = allocated();
    for (int i = 0; i < INSTANCES; i++)
        instances[i] = create(host, root, i);
    const size_t each = (allocated() - before) / INSTANCES;
    for (int i = 0; i < INSTANCES; i++)
        mock_destroy(host, &instances[i]);
    mock_destroy(host, &first);
    mock_close(&host);
    rmdir(root);
    printf("1..1\n%s 1 - an idle instance takes %zu bytes, at most %d\n",
           each <= MOST ? "ok" : "not ok", each, MOST);
    return each > MOST;
}
