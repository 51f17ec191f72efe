// SPDX-License-Identifier: MIT
/*
 * Preloaded into a process: ends it before the call number KILL_AT, from 1, of those that change
 * what names of files lead to, what a lease says, or what is durable. KILL_COUNT is a file that
 * gets how many there were, if the process comes to its end. The linker gives the functions the
 * names of the calls.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static long count;

static void step(void)
{
    const char *at = getenv("KILL_AT");
    count++;
    if (at != NULL && atol(at) == count)
        kill(getpid(), SIGKILL);
}

__attribute__((destructor)) static void tell(void)
{
    const char *path = getenv("KILL_COUNT");
    FILE *file = path == NULL ? NULL : fopen(path, "w");
    if (file == NULL)
        return;
    fprintf(file, "%ld", count);
    fclose(file);
}

/* POSIX lets the address of a function be written through a pointer to an object. */
static void find(void *ret_function, const char *name)
{
    void *const found = dlsym(RTLD_NEXT, name);
    memcpy(ret_function, &found, sizeof found);
}

int killed_rename(const char *from, const char *to);
int killed_link(const char *from, const char *to);
int killed_unlink(const char *path);
int killed_fsync(int file);
int killed_fdatasync(int file);
int killed_ftruncate(int file, off_t size);

int killed_rename(const char *from, const char *to)
{
    int (*real)(const char *, const char *);
    find(&real, "rename");
    step();
    return real(from, to);
}

int killed_link(const char *from, const char *to)
{
    int (*real)(const char *, const char *);
    find(&real, "link");
    step();
    return real(from, to);
}

int killed_unlink(const char *path)
{
    int (*real)(const char *);
    find(&real, "unlink");
    step();
    return real(path);
}

int killed_fsync(int file)
{
    int (*real)(int);
    find(&real, "fsync");
    step();
    return real(file);
}

int killed_fdatasync(int file)
{
    int (*real)(int);
    find(&real, "fdatasync");
    step();
    return real(file);
}

int killed_ftruncate(int file, off_t size)
{
    int (*real)(int, off_t);
    find(&real, "ftruncate64");
    step();
    return real(file, size);
}
