// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/libpq.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#include "plugin/base/failure.h"

struct libpq pq;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void *library;

static int32_t find(void *handle, const char *name, void *place, gql_failure *failure)
{
    void *function = dlsym(handle, name);
    if (function == NULL)
        return fail(failure, GQL_E_UNAVAILABLE,
                    "database.url: the installed libpq has no %s; install libpq 14 or later", name);
    memcpy(place, &function, sizeof function);
    return GQL_OK;
}

static int32_t find_all(void *handle, gql_failure *failure)
{
    int32_t code = GQL_OK;
#define FIND(name)      \
    if (code == GQL_OK) \
        code = find(handle, #name, &pq.name, failure);
    LIBPQ_FUNCTIONS(FIND)
#undef FIND
    if (code == GQL_OK && !pq.PQisthreadsafe())
        code = fail(failure, GQL_E_UNAVAILABLE,
                    "database.url: the installed libpq is built without threads");
    return code;
}

static int32_t load(gql_failure *failure)
{
    void *handle = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (handle == NULL)
        return fail(failure, GQL_E_UNAVAILABLE,
                    "database.url: libpq can't be loaded (%s); install it: on Debian, the package "
                    "libpq5",
                    dlerror());
    const int32_t code = find_all(handle, failure);
    if (code == GQL_OK)
        library = handle;
    else
        dlclose(handle);
    return code;
}

int32_t libpq_load(gql_failure *failure)
{
    pthread_mutex_lock(&lock);
    const int32_t code = library == NULL ? load(failure) : GQL_OK;
    pthread_mutex_unlock(&lock);
    return code;
}
