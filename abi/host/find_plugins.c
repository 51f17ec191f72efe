// SPDX-License-Identifier: MIT
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "abi/host/base/failure.h"
#include "gql_host.h"

static int is_plugin_name(const struct dirent *entry)
{
    const size_t size = strlen(entry->d_name);
    return entry->d_name[0] != '.' && size > 3 && strcmp(entry->d_name + size - 3, ".so") == 0;
}

/* Compares bytes, so that the order does not depend on the locale. */
static int by_name(const struct dirent **left, const struct dirent **right)
{
    return strcmp((*left)->d_name, (*right)->d_name);
}

/* Returns one allocation: the pointers, then the strings. */
static char **join_paths(const char *folder, struct dirent *const *entries, size_t count)
{
    const size_t folder_size = strlen(folder);
    size_t size = (count + 1) * sizeof(char *);
    for (size_t i = 0; i < count; i++)
        size += folder_size + strlen(entries[i]->d_name) + 2;
    char **paths = malloc(size);
    if (paths == NULL)
        return NULL;
    char *text = (char *)(paths + count + 1);
    for (size_t i = 0; i < count; i++) {
        paths[i] = text;
        text = stpcpy(text, folder);
        if (folder_size > 0 && folder[folder_size - 1] != '/')
            *text++ = '/';
        text = stpcpy(text, entries[i]->d_name) + 1;
    }
    paths[count] = NULL;
    return paths;
}

int32_t gql_find_plugins(const char *folder, char ***ret_paths, size_t *ret_count,
                         gql_failure *failure)
{
    if (folder == NULL || ret_paths == NULL || ret_count == NULL)
        return gql_fail(failure, GQL_E_MISUSE,
                        "gql_find_plugins: folder, ret_paths and ret_count must not be NULL");
    struct dirent **entries = NULL;
    const int count = scandir(folder, &entries, is_plugin_name, by_name);
    if (count < 0 && errno == ENOMEM)
        return gql_fail_no_memory(failure);
    if (count < 0)
        return gql_fail(failure, GQL_E_UNAVAILABLE, "plugins folder %s: %s", folder,
                        strerror(errno));
    char **paths = join_paths(folder, entries, (size_t)count);
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    if (paths == NULL)
        return gql_fail_no_memory(failure);
    *ret_paths = paths;
    *ret_count = (size_t)count;
    return GQL_OK;
}
