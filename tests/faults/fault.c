// SPDX-License-Identifier: MIT
#include "tests/faults/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static struct {
    struct fault fault;
    atomic_int calls[FAULT_CALLS];
    atomic_bool failed;
    bool reads_slowly;
    bool states_frozen;
    struct stat state;
    _Atomic int64_t clock_ms;
} now;

/* The linker's names: of the function that a call reaches, and of the one that it named. */
void *__wrap_malloc(size_t size);
void *__real_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_calloc(size_t count, size_t size);
char *__wrap_strdup(const char *string);
char *__real_strdup(const char *string);
int __wrap_open64(const char *path, int flags, ...);
int __real_open64(const char *path, int flags, ...);
int __wrap_stat64(const char *path, struct stat *status);
int __real_stat64(const char *path, struct stat *status);
int __wrap_fstat64(int file, struct stat *status);
int __real_fstat64(int file, struct stat *status);
ssize_t __wrap_read(int file, void *bytes, size_t size);
ssize_t __real_read(int file, void *bytes, size_t size);
int __wrap_clock_gettime(clockid_t clock, struct timespec *time);
int __real_clock_gettime(clockid_t clock, struct timespec *time);

void fault_init(void)
{
    json_set_alloc_funcs(__wrap_malloc, free);
}

void fault_begin(struct fault fault)
{
    for (int call = 0; call < FAULT_CALLS; call++)
        now.calls[call] = 0;
    now.failed = false;
    now.fault = fault;
}

bool fault_end(void)
{
    now.fault = (struct fault){0};
    return now.failed;
}

int fault_calls(enum fault_call call)
{
    return now.calls[call];
}

void fault_read_slowly(bool slowly)
{
    now.reads_slowly = slowly;
}

void fault_freeze_states(bool frozen)
{
    now.states_frozen = frozen;
}

void fault_set_clock(int64_t ms)
{
    now.clock_ms = ms;
}

static bool fails(enum fault_call call)
{
    const int number = ++now.calls[call];
    const bool hit = call == now.fault.call && number >= now.fault.first &&
                     number - now.fault.first < now.fault.count;
    if (hit) {
        errno = now.fault.error;
        now.failed = true;
    }
    return hit;
}

void *__wrap_malloc(size_t size)
{
    return fails(FAULT_ALLOCATE) ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails(FAULT_ALLOCATE) ? NULL : __real_calloc(count, size);
}

char *__wrap_strdup(const char *string)
{
    return fails(FAULT_ALLOCATE) ? NULL : __real_strdup(string);
}

int __wrap_open64(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return fails(FAULT_OPEN) ? -1 : __real_open64(path, flags, mode);
}

int __wrap_stat64(const char *path, struct stat *status)
{
    if (fails(FAULT_STAT))
        return -1;
    if (!now.states_frozen && __real_stat64(path, &now.state) != 0)
        return -1;
    *status = now.state;
    return 0;
}

int __wrap_fstat64(int file, struct stat *status)
{
    return fails(FAULT_FSTAT) ? -1 : __real_fstat64(file, status);
}

ssize_t __wrap_read(int file, void *bytes, size_t size)
{
    if (fails(FAULT_READ))
        return -1;
    return __real_read(file, bytes, now.reads_slowly && size > 1 ? 1 : size);
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *time)
{
    if (clock != CLOCK_MONOTONIC)
        return __real_clock_gettime(clock, time);
    const int64_t ms = now.clock_ms;
    *time = (struct timespec){ms / 1000, ms % 1000 * 1000000};
    return 0;
}
