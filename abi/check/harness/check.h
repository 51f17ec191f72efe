// SPDX-License-Identifier: MIT
/*
 * A check of gql-plugin-check, and how it reports what it found. Each check runs in a process of
 * its own and loads the plugin there, so a plugin that crashes, hangs or exits fails that check and
 * leaves the others alone.
 */
#ifndef GQL_CHECK_CHECK_H
#define GQL_CHECK_CHECK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CHECK_TEXT = 2048,
    CHECK_NOTES = 65536, /* A line for each call of --calls, or with --print for each call. */
    CHECK_NEEDS = 3,
    CHECK_STEPS = 16,
    CHECK_STEP_TEXT = 160,
};

struct trust;

struct check_options {
    const char *plugin;  /* The path. */
    struct trust *trust; /* Whose signature it needs; NULL: it needs none. */
    /* JSON text for the first instance and for the one beside it. NULL: not given. */
    char *configs[2];
    char *config_names[2];       /* For messages: `--config`, or `--config FILE`. */
    const char *config_files[2]; /* NULL: given as text. */
    char *host_sdl;              /* NULL: not given. */
    json_t *calls;               /* A list, as described in --help; NULL: not given. */
    char *calls_name;            /* For messages, like config_names. */
    json_t *actor;               /* Who calls, as requester.h has it; NULL: not given. */
    bool print;                  /* Notes show what came of each call in full. */
    unsigned rounds;
    unsigned timeout; /* Seconds. */
    bool json;
};

enum check_outcome { CHECK_OK, CHECK_NOT_OK, CHECK_SKIP };

struct check_result {
    enum check_outcome outcome;
    bool mistaken; /* Not the plugin but the user is wrong: the detail says why. */
    uint64_t milliseconds;
    char detail[CHECK_TEXT]; /* CHECK_NOT_OK: what was found. CHECK_SKIP: why. */
    char cure[CHECK_TEXT];   /* CHECK_NOT_OK: what the plugin's author can do. */
    char notes[CHECK_NOTES]; /* Lines for the report that do not affect the outcome. */
    char output[CHECK_TEXT]; /* The end of what the process printed. */
};

/* How the plugin identifies itself. */
struct check_identity {
    uint32_t abi_known; /* Not 0: the ABI version is set. The strings are set by a later check. */
    char id[256];
    char name[256];
    char version[64];
    uint32_t abi_major;
    uint32_t abi_minor;
};

/* What grows if instances leave something. */
enum check_kind { CHECK_THREADS, CHECK_DESCRIPTORS, CHECK_MEMORY, CHECK_MAPPINGS, CHECK_KINDS };

/* How much there was before the first round and after the last, and in how many rounds it grew. */
struct check_growth {
    uint64_t first;
    uint64_t last;
    unsigned rounds;
    unsigned grew;
};

/* Measured by one check, in the same rounds, for those that follow. */
struct check_rounds {
    uint32_t known;
    uint32_t memory_unknown; /* The C library does not report memory in use. */
    struct check_growth growth[CHECK_KINDS];
    char descriptor[256]; /* What a new descriptor refers to. */
};

/* What a thread is doing, for reports of a hang or a crash. */
struct check_step {
    _Atomic uint64_t since; /* CLOCK_MONOTONIC, nanoseconds; 0: the thread is not in the plugin. */
    char what[CHECK_STEP_TEXT];
};

/* Memory that the process of a check shares with the tool. */
struct check_shared {
    struct check_result result;
    struct check_identity identity;
    struct check_rounds rounds;
    struct check_step steps[CHECK_STEPS];
    _Atomic uint32_t step_count;
    _Atomic uint32_t finished;
};

/* The run of all checks; in the process of a check, the run of that check. */
struct check_run {
    const struct check_options *options;
    /* All checks in their order, and the results of the first `done`. */
    const struct check *checks;
    const struct check_result *results;
    size_t done;
    struct check_rounds rounds; /* If a check has measured them. */
    struct check_shared *shared;
    const char *scratch; /* A folder for this check alone, removed after it. */
};

struct check {
    const char *name;
    const char *title;
    const char *needs[CHECK_NEEDS]; /* Checks that must pass first; this one is skipped if not. */
    void (*run)(struct check_run *run);
};

/* Whether the check of that name is done, with that outcome. */
bool check_came_to(const struct check_run *run, const char *name, enum check_outcome outcome);
bool check_passed(const struct check_run *run, const char *name);

/* ---- For the checks, in their processes ---- */

/* Sets the cure for failures from here on. Set it first, so that it covers a crash too. */
__attribute__((format(printf, 2, 3))) void check_cure(struct check_run *run, const char *format,
                                                      ...);

/* Only the first failure, or the first reason to skip, is kept. */
__attribute__((format(printf, 2, 3))) void check_fail(struct check_run *run, const char *format,
                                                      ...);
__attribute__((format(printf, 2, 3))) void check_skip(struct check_run *run, const char *format,
                                                      ...);

/*
 * A mistake of the user, in --config or --calls: the check says nothing about the plugin, and the
 * tool ends with the status for checks that could not be run.
 */
__attribute__((format(printf, 2, 3))) void check_mistake(struct check_run *run, const char *format,
                                                         ...);

/* Adds a line to the notes. */
__attribute__((format(printf, 2, 3))) void check_note(struct check_run *run, const char *format,
                                                      ...);

/* Whether check_fail, check_skip or check_mistake was called. */
bool check_ended(const struct check_run *run);

/*
 * Ends the check and its process, with the result that was reported so far. For a check that has
 * ended while threads or calls still use its memory: nothing may be unwound before they are gone.
 * Any thread.
 */
_Noreturn void check_finish(const struct check_run *run);

/* The message of a gql_failure, without the plugin's path at its start: the report names it. */
const char *check_without_path(const struct check_run *run, const char *message);

/*
 * Says what the calling thread does with the plugin from now on. A step that takes longer than the
 * timeout ends the process. Any thread.
 */
__attribute__((format(printf, 1, 2))) void check_step(const char *format, ...);
void check_step_done(void);

uint64_t check_now(void); /* CLOCK_MONOTONIC, nanoseconds. */
void check_sleep(unsigned milliseconds);

/* ---- For the tool ---- */

/* In the process of a check, before it runs: where its steps are published. */
void check_share(struct check_shared *memory);

#endif
