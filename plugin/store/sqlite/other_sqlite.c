// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/other_sqlite.h"

#include <dlfcn.h>
#include <limits.h>
#include <link.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct names {
    char **items;
    size_t count;
};

/* The loader holds a lock meanwhile, so that nothing else may be asked of it yet. */
static int add_name(struct dl_phdr_info *library, size_t size, void *user)
{
    struct names *names = user;
    (void)size;
    char **items = reallocarray(names->items, names->count + 1, sizeof *items);
    if (items == NULL)
        return 1;
    names->items = items;
    items[names->count] = strdup(library->dlpi_name);
    if (items[names->count] == NULL)
        return 1;
    names->count++;
    return 0;
}

/* How many libraries the process has loaded so far; those that are gone count, too. */
static int read_additions(struct dl_phdr_info *library, size_t size, void *additions)
{
    (void)size;
    *(unsigned long long *)additions = library->dlpi_adds;
    return 1;
}

/* Listing the libraries takes long: only if there are new ones. */
static bool any_loaded_since_last_time(void)
{
    static _Atomic(unsigned long long) last;
    unsigned long long additions = 0;
    dl_iterate_phdr(read_additions, &additions);
    return atomic_exchange(&last, additions) != additions;
}

static void names_finish(struct names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->items[i]);
    free(names->items);
}

/* Where the library finds the function: itself, or in what it is linked with; NULL: nowhere. */
static const void *find_function(const char *library)
{
    /* The program itself has no name. */
    void *handle = dlopen(library[0] == '\0' ? NULL : library, RTLD_LAZY | RTLD_NOLOAD);
    if (handle == NULL)
        return NULL;
    const void *function = dlsym(handle, "sqlite3_libversion");
    dlclose(handle);
    return function;
}

static const char *file_of(const void *function)
{
    Dl_info file;
    return dladdr(function, &file) != 0 && file.dli_fname != NULL ? file.dli_fname : "the program";
}

static void warn(const struct store_options *options, const void *ours, const void *other)
{
    char line[2 * PATH_MAX + 512];
    snprintf(
        line, sizeof line,
        "The process holds two copies of SQLite: '%s', which the plugin uses, and '%s'. If the "
        "other one opens this database too, each drops the other's locks, and commits can be "
        "lost: open the database in another process, or let both use one libsqlite3",
        file_of(ours), file_of(other));
    options->log(options->user, GQL_LOG_WARNING, line);
}

void other_sqlite_warn(const struct store_options *options)
{
    static atomic_bool warned;
    const void *ours = (const void *)(uintptr_t)sqlite3_libversion;
    const void *other = NULL;
    struct names names = {0};
    if (atomic_load(&warned) || !any_loaded_since_last_time())
        return;
    dl_iterate_phdr(add_name, &names);
    for (size_t i = 0; i < names.count && (other == NULL || other == ours); i++)
        other = find_function(names.items[i]);
    names_finish(&names);
    if (other != NULL && other != ours && !atomic_exchange(&warned, true))
        warn(options, ours, other);
}
