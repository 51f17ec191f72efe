// SPDX-License-Identifier: MIT
#include "abi/check/harness/check.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Shared with the tool; see check_share. */
static struct check_shared *shared;

/* Guards the outcome and the detail: threads of one check may fail at the same time. */
static pthread_mutex_t outcome_mutex = PTHREAD_MUTEX_INITIALIZER;

/* ---- Results of checks that are done ---- */

bool check_came_to(const struct check_run *run, const char *name, enum check_outcome outcome)
{
    for (size_t i = 0; i < run->done; i++)
        if (strcmp(run->checks[i].name, name) == 0)
            return run->results[i].outcome == outcome;
    return false;
}

bool check_passed(const struct check_run *run, const char *name)
{
    return check_came_to(run, name, CHECK_OK);
}

/* ---- The result of this check ---- */

static void set(char *text, const char *format, va_list arguments)
{
    vsnprintf(text, CHECK_TEXT, format, arguments);
}

void check_cure(struct check_run *run, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (run->shared->result.outcome == CHECK_OK)
        set(run->shared->result.cure, format, arguments);
    va_end(arguments);
}

static void end(struct check_result *result, enum check_outcome outcome, bool mistaken,
                const char *format, va_list arguments)
{
    pthread_mutex_lock(&outcome_mutex);
    if (result->outcome == CHECK_OK) {
        set(result->detail, format, arguments);
        result->mistaken = mistaken;
        result->outcome = outcome;
    }
    pthread_mutex_unlock(&outcome_mutex);
}

void check_fail(struct check_run *run, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    end(&run->shared->result, CHECK_NOT_OK, false, format, arguments);
    va_end(arguments);
}

void check_skip(struct check_run *run, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    end(&run->shared->result, CHECK_SKIP, false, format, arguments);
    va_end(arguments);
}

void check_mistake(struct check_run *run, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    end(&run->shared->result, CHECK_SKIP, true, format, arguments);
    va_end(arguments);
}

void check_note(struct check_run *run, const char *format, ...)
{
    char *notes = run->shared->result.notes;
    const size_t size = strlen(notes);
    va_list arguments;
    va_start(arguments, format);
    if (size > 0 && size + 1 < CHECK_NOTES)
        memcpy(notes + size, "\n", 2);
    const size_t start = strlen(notes);
    vsnprintf(notes + start, CHECK_NOTES - start, format, arguments);
    va_end(arguments);
}

bool check_ended(const struct check_run *run)
{
    return run->shared->result.outcome != CHECK_OK;
}

void check_finish(const struct check_run *run)
{
    fflush(NULL);
    atomic_store(&run->shared->finished, 1);
    _exit(0); /* Without exit handlers: LeakSanitizer must not report leaks under test. */
}

static const char *without(const char *message, const char *path)
{
    const size_t size = path == NULL ? 0 : strlen(path);
    return size > 0 && strncmp(message, path, size) == 0 && strncmp(message + size, ": ", 2) == 0
               ? message + size + 2
               : message;
}

const char *check_without_path(const struct check_run *run, const char *message)
{
    char *path = realpath(run->options->plugin, NULL);
    const char *rest = without(without(message, run->options->plugin), path);
    free(path);
    return rest;
}

/* ---- Time ---- */

uint64_t check_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void check_sleep(unsigned milliseconds)
{
    const struct timespec time = {.tv_sec = milliseconds / 1000,
                                  .tv_nsec = (long)(milliseconds % 1000) * 1000000};
    nanosleep(&time, NULL);
}

/* ---- Steps ---- */

void check_share(struct check_shared *memory)
{
    shared = memory;
}

/* One place per thread; threads beyond CHECK_STEPS are not watched. */
static struct check_step *own_step(void)
{
    static _Thread_local uint32_t place = UINT32_MAX;
    if (place == UINT32_MAX)
        place = atomic_fetch_add(&shared->step_count, 1);
    return place < CHECK_STEPS ? &shared->steps[place] : NULL;
}

void check_step(const char *format, ...)
{
    struct check_step *step = own_step();
    if (step == NULL)
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(step->what, sizeof step->what, format, arguments);
    va_end(arguments);
    atomic_store(&step->since, check_now());
}

void check_step_done(void)
{
    struct check_step *step = own_step();
    if (step != NULL)
        atomic_store(&step->since, 0);
}
