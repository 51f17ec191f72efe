// SPDX-License-Identifier: MIT
/*
 * What the parts of gql-plugin-check share. Each check runs in a process of its own, in which it
 * loads the plugin: one that crashes, hangs or ends the process is one `not ok` more, and leaves
 * the other checks alone.
 */
#ifndef GQL_CHECK_H
#define GQL_CHECK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CHECK_TEXT = 2048,
    CHECK_NEEDS = 3,
    CHECK_STEPS = 16,
    CHECK_STEP_TEXT = 160,
};

struct check_options {
    const char *plugin; /* The path. */
    /* JSON text; the second is for the second instance side by side. NULL: not given. */
    char *configs[2];
    char *host_sdl; /* NULL: not given. */
    json_t *calls;  /* List as in --help; NULL: not given. */
    unsigned rounds;
    unsigned timeout; /* Seconds. */
    bool json;
};

enum check_outcome { CHECK_OK, CHECK_NOT_OK, CHECK_SKIP };

struct check_result {
    enum check_outcome outcome;
    bool done; /* The check has run, or was skipped. */
    uint64_t milliseconds;
    char detail[CHECK_TEXT]; /* Not ok: the cause. Skipped: why. */
    char cure[CHECK_TEXT];   /* What the plugin's author can do; taken for a crash too. */
    char notes[CHECK_TEXT];  /* Lines that are no faults. */
    char output[CHECK_TEXT]; /* The end of what was printed in the process. */
};

/* Whom the plugin says it is. */
struct check_identity {
    uint32_t abi_known; /* Then the ABI's version is there; the texts come later. */
    char id[256];
    char name[256];
    char version[64];
    uint32_t abi_major;
    uint32_t abi_minor;
};

/* What a thread is doing, so that a hang or a crash can be named. */
struct check_step {
    _Atomic uint64_t since; /* CLOCK_MONOTONIC, nanoseconds; 0: nothing of the plugin's. */
    char what[CHECK_STEP_TEXT];
};

/* Memory that a check's process shares with the tool. */
struct check_shared {
    struct check_result result;
    struct check_identity identity;
    struct check_step steps[CHECK_STEPS];
    _Atomic uint32_t step_count;
    _Atomic uint32_t finished;
};

/* A check under way; in its own process. */
struct check_run {
    const struct check_options *options;
    const struct check_result *results; /* Of the checks before, by their place in checks[]. */
    struct check_shared *shared;
    const char *scratch; /* A folder that is removed afterwards. */
};

struct check {
    const char *name;
    const char *title;
    const char *needs[CHECK_NEEDS]; /* Names of checks without which this one says nothing. */
    void (*run)(struct check_run *run);
};

extern const struct check checks[];
extern const size_t check_count;

/* Whether the check of that name has run, and came to this. */
bool check_came_to(const struct check_run *run, const char *name, enum check_outcome outcome);
bool check_passed(const struct check_run *run, const char *name);

/* ---- For the checks ---- */

/* What cures a fault of this check. Said first, so that it stands beside a crash as well. */
__attribute__((format(printf, 2, 3))) void check_cure(struct check_run *run, const char *format,
                                                      ...);

/* What a check says first stays: its first fault, or why it was skipped. */
__attribute__((format(printf, 2, 3))) void check_fail(struct check_run *run, const char *format,
                                                      ...);
__attribute__((format(printf, 2, 3))) void check_skip(struct check_run *run, const char *format,
                                                      ...);
__attribute__((format(printf, 2, 3))) void check_note(struct check_run *run, const char *format,
                                                      ...);

/*
 * The message of a gql_failure without the path of the plugin in front, which the report has said
 * already.
 */
const char *check_reason(const struct check_run *run, const char *message);

bool check_failed(const struct check_run *run);

/*
 * Any thread: what it does with the plugin from now on. A step that takes longer than the timeout
 * ends the process.
 */
__attribute__((format(printf, 1, 2))) void check_step(const char *format, ...);
void check_step_done(void);

uint64_t check_now(void); /* CLOCK_MONOTONIC, nanoseconds. */
void check_sleep(unsigned milliseconds);

#endif
