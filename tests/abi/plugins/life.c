// SPDX-License-Identifier: MIT
/* The library and its instances; the faults are failures to start, and leaks. */
#include <dlfcn.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/abi/plugins/plugin.h"

enum { BACKLOG = 1 };

static atomic_int initialized;
static atomic_int instances;
static void *volatile kept; /* The last leak, so that the compiler keeps it. */

/* ---- Contract ---- */

/* From the faults of a function, in their order, to those of init. */
enum function { INIT = 0, CREATE = FAULT_CREATE_ANY_HOST_SIZE - FAULT_INIT_ANY_HOST_SIZE };

static bool is_usable(const gql_host *host, enum function function)
{
    if (host == NULL)
        return FAULT == FAULT_INIT_NULL_HOST + (int)function;
    return (GQL_FITS(host, GQL_HOST_SIZE_0_2) ||
            FAULT == FAULT_INIT_ANY_HOST_SIZE + (int)function) &&
           (host->reserved == 0 || FAULT == FAULT_INIT_RESERVED + (int)function);
}

static bool is_writable(const gql_failure *failure, enum function function)
{
    if (failure == NULL)
        return FAULT == FAULT_INIT_NULL_FAILURE + (int)function;
    return GQL_FITS(failure, GQL_FAILURE_SIZE_0_2) ||
           FAULT == FAULT_INIT_ANY_FAILURE_SIZE + (int)function;
}

static int32_t fail(gql_failure *failure, enum function function, int32_t code, const char *message)
{
    if (is_writable(failure, function)) {
        snprintf(failure->message, sizeof failure->message, "%s", message);
        failure->code = code;
    }
    return code;
}

/* ---- The library ---- */

static void *sleep_on(void *user)
{
    for (;;)
        usleep(1000);
    return user;
}

static void open_data_file(void)
{
    char path[] = "/tmp/gql-faulty-XXXXXX";
    const int file = mkstemp(path);
    if (file < 0)
        return;
    unlink(path);
    if (FAULT == FAULT_LEAVES_LOCK) {
        fcntl(file, F_SETLK, &(struct flock){.l_type = F_WRLCK});
        return;
    }
    if (ftruncate(file, 4096) == 0)
        mmap(NULL, 4096, PROT_READ, MAP_SHARED, file, 0);
    close(file);
}

static void leave_something(void)
{
    static pthread_key_t key;
    pthread_t thread;
    Dl_info library;
    if (FAULT == FAULT_LEAVES_THREAD)
        pthread_create(&thread, NULL, sleep_on, NULL);
    if (FAULT == FAULT_LEAVES_MEMORY)
        kept = malloc(64);
    if (FAULT == FAULT_LEAVES_KEY)
        pthread_key_create(&key, NULL);
    if (FAULT == FAULT_LEAVES_LOCK || FAULT == FAULT_LEAVES_FILE_MAPPED)
        open_data_file();
    if (FAULT == FAULT_STAYS && dladdr((const void *)(uintptr_t)leave_something, &library) != 0)
        dlopen(library.dli_fname, RTLD_LAZY | RTLD_NODELETE);
}

int32_t life_init(const gql_host *host, gql_failure *failure)
{
    if (!is_usable(host, INIT))
        return fail(failure, INIT, GQL_E_VERSION, "needs a host of plugin ABI 0.2");
    if (FAULT == FAULT_INIT_FAILS)
        return fail(failure, INIT, GQL_E_UNAVAILABLE, "the licence has run out");
    if (FAULT == FAULT_INIT_UNTERMINATED) {
        memset(failure->message, 'x', sizeof failure->message);
        return GQL_E_UNAVAILABLE;
    }
    if (FAULT == FAULT_INIT_ONCE && atomic_load(&initialized) > 0)
        return fail(failure, INIT, GQL_E_UNAVAILABLE, "initialized before");
    if (FAULT == FAULT_INIT_SILENT || FAULT == FAULT_INIT_WRONG_CODE)
        return FAULT == FAULT_INIT_SILENT ? GQL_E_UNAVAILABLE : 42;
    if (atomic_fetch_add(&initialized, 1) == 0)
        leave_something();
    return GQL_OK;
}

void life_deinit(void)
{
    if (FAULT != FAULT_INIT_ONCE)
        atomic_fetch_sub(&initialized, 1);
}

/* ---- Instances ---- */

static void *work(void *user)
{
    gql_instance *self = user;
    pthread_mutex_lock(&self->mutex);
    while (!self->ended) {
        if (self->count == 0) {
            pthread_cond_wait(&self->changed, &self->mutex);
            continue;
        }
        const struct job job = self->queue[self->first];
        const bool hurried = FAULT == FAULT_DRAIN_HURRIES && self->count > BACKLOG;
        self->first = (self->first + 1) % QUEUE_SIZE;
        self->count--;
        pthread_mutex_unlock(&self->mutex);
        if (hurried)
            usleep(2000);
        job.complete(self, &job);
        life_leave(self);
        pthread_mutex_lock(&self->mutex);
    }
    pthread_mutex_unlock(&self->mutex);
    return NULL;
}

bool life_enter(gql_instance *self)
{
    pthread_mutex_lock(&self->mutex);
    const bool open = !self->closed;
    self->inside += open;
    pthread_mutex_unlock(&self->mutex);
    return open;
}

void life_leave(gql_instance *self)
{
    pthread_mutex_lock(&self->mutex);
    self->inside--;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->mutex);
}

bool life_enqueue(gql_instance *self, const struct job *job)
{
    pthread_mutex_lock(&self->mutex);
    const bool room = self->count < QUEUE_SIZE;
    if (room)
        self->queue[(self->first + self->count++) % QUEUE_SIZE] = *job;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->mutex);
    return room;
}

/* GQL_OK, or GQL_E_CONFIG with *failure set. */
static int32_t check_config(const char *config, uint64_t config_size, gql_failure *failure)
{
    json_error_t error;
    const char *note = NULL;
    json_t *labels = NULL;
    json_t *json = json_loadb(config, config_size, 0, &error);
    const int strictness = FAULT == FAULT_TAKES_ANY_SETTING ? 0 : JSON_STRICT;
    const bool right = json != NULL &&
                       json_unpack_ex(json, &error, (size_t)strictness, "{s?s, s?o}", "note", &note,
                                      "labels", &labels) == 0;
    json_decref(json);
    return right ? GQL_OK
                 : fail(failure, CREATE, GQL_E_CONFIG,
                        FAULT == FAULT_NAMES_NO_SETTING ? "no" : error.text);
}

static void leak(void)
{
    pthread_t thread;
    if (FAULT == FAULT_LEAKS_THREADS)
        pthread_create(&thread, NULL, sleep_on, NULL);
    if (FAULT == FAULT_LEAKS_DESCRIPTORS)
        open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (FAULT == FAULT_LEAKS_MEMORY)
        kept = malloc(24);
    if (FAULT == FAULT_LEAKS_MAPPINGS)
        kept = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

int32_t life_create(const gql_host *host, const char *config, uint64_t config_size,
                    gql_instance **ret_instance, gql_failure *failure)
{
    if (!is_usable(host, CREATE))
        return fail(failure, CREATE, GQL_E_MISUSE, "needs a host of plugin ABI 0.2");
    const int32_t code = check_config(config, config_size, failure);
    if (code != GQL_OK || FAULT == FAULT_CREATE_NOTHING)
        return code;
    if (FAULT == FAULT_CREATE_FAILS)
        return fail(failure, CREATE, GQL_E_UNAVAILABLE, "the database is locked");
    if (FAULT == FAULT_CREATE_EXITS)
        _exit(3);
    if (atomic_fetch_add(&instances, 1) > 0 && FAULT == FAULT_ONE_INSTANCE) {
        atomic_fetch_sub(&instances, 1);
        return fail(failure, CREATE, GQL_E_LIMIT, "there is an instance already");
    }
    gql_instance *self = calloc(1, sizeof *self);
    if (self == NULL)
        return fail(failure, CREATE, GQL_E_NO_MEMORY, "out of memory");
    self->host = host;
    pthread_mutex_init(&self->mutex, NULL);
    pthread_cond_init(&self->changed, NULL);
    pthread_create(&self->worker, NULL, work, self);
    leak();
    *ret_instance = self;
    return GQL_OK;
}

void life_drain(gql_instance *self)
{
    if (self == NULL)
        return;
    pthread_mutex_lock(&self->mutex);
    self->closed = true;
    while ((self->inside > 0 && FAULT != FAULT_DRAIN_HURRIES) || FAULT == FAULT_DRAIN_HANGS)
        pthread_cond_wait(&self->changed, &self->mutex);
    pthread_mutex_unlock(&self->mutex);
}

void life_destroy(gql_instance *self)
{
    if (self == NULL && FAULT == FAULT_DESTROY_CRASHES)
        raise(SIGSEGV);
    if (self == NULL)
        return;
    pthread_mutex_lock(&self->mutex);
    self->ended = true;
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->mutex);
    pthread_join(self->worker, NULL);
    pthread_cond_destroy(&self->changed);
    pthread_mutex_destroy(&self->mutex);
    free(self);
    atomic_fetch_sub(&instances, 1);
}
