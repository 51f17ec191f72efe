// SPDX-License-Identifier: MIT
/*
 * The pool of instances by key. One mutex guards everything; it is never held while a function of
 * the plugin is called, or one of the host but its clock.
 *
 * An entry goes from EMPTY to CREATING (a job for the threads), to OPEN, to CLOSING (a job when no
 * call is under way), and back to EMPTY. An entry that is EMPTY and neither suspended nor failed is
 * forgotten.
 */
#ifndef GQL_POOL_H
#define GQL_POOL_H

#include <pthread.h>
#include <stdbool.h>

#include "gql_host.h"

enum { POOL_MAX_FAILED = 1000 };

enum pool_phase { POOL_EMPTY, POOL_CREATING, POOL_OPEN, POOL_CLOSING };

/* The first member of an entry: the tree of entries is ordered by it. */
struct pool_key {
    const char *bytes;
    size_t size;
};

/* A call until its answer. */
struct pool_call {
    struct pool_call *next; /* Among those that wait. */
    struct reply_slot *slot;
    struct pool_entry *entry; /* While it is under way. */
    gql_resolve_fn resolve;
    const gql_call *call;
    gql_answer_fn on_answer;
    void *user;
};

/* Calls in the order in which they came. */
struct pool_queue {
    struct pool_call *first;
    struct pool_call *last;
    size_t count;
};

struct pool_list {
    struct pool_entry *first;
    struct pool_entry *last;
    size_t count;
};

/* `text` is NULL: none. Owned. */
struct pool_config {
    char *text;
    size_t size;
};

struct pool_entry {
    struct pool_key key;
    gql_pool *pool;
    enum pool_phase phase;
    bool suspended;
    bool closing; /* Is to be closed as soon as it is created. */
    gql_instance *instance;
    struct pool_config config; /* For the instance that calls wait for. */
    uint64_t calls;            /* Under way. */
    struct pool_queue waiting;
    unsigned failures; /* In a row. */
    int64_t retry_at;
    char *failure;          /* NULL: none, or out of memory. */
    struct pool_list *list; /* Jobs, idle or failed; NULL: none of them. */
    struct pool_entry *previous;
    struct pool_entry *next;
    char bytes[]; /* Of the key, and a NUL. */
};

struct gql_pool {
    gql_pool_options options;
    gql_library *library;
    gql_runtime *runtime;
    pthread_mutex_t mutex;
    pthread_cond_t work;  /* There is a job, or the threads are to end. */
    pthread_cond_t quiet; /* No entry has an instance. */
    void *tree;           /* Of entries, for tsearch. */
    struct pool_list jobs;
    struct pool_list idle;   /* OPEN without calls, the least recently used first. */
    struct pool_list failed; /* The oldest failure first. */
    size_t waiting;
    size_t busy; /* Entries that are not EMPTY. */
    bool ended;  /* No call is taken any more. */
    bool stopped;
    size_t thread_count;
    pthread_t threads[];
};

/* ---- entries.c. The mutex is held. ---- */

/* Whether a key has a size that is allowed. */
bool pool_is_key(const char *bytes, size_t size);

struct pool_entry *pool_find(gql_pool *pool, const struct pool_key *key);

/* NULL if out of memory. The key is copied. */
struct pool_entry *pool_add(gql_pool *pool, const struct pool_key *key);

/* Calls `visit` for each entry, which must not add or forget any, in the order of the keys. */
void pool_each(gql_pool *pool, void (*visit)(struct pool_entry *entry, void *user), void *user);

/* Keeps or forgets an entry that may be EMPTY now. It must not be used afterwards. */
void pool_rest(struct pool_entry *entry);

/* Forgets all entries; they are EMPTY. */
void pool_forget_all(gql_pool *pool);

void pool_list_append(struct pool_list *list, struct pool_entry *entry);
void pool_list_remove(struct pool_entry *entry);

void pool_config_finish(struct pool_config *config);

/* ---- lifecycle.c. The mutex is held. ---- */

/* Begins to create the instance of an EMPTY entry that has a configuration. */
void pool_start(struct pool_entry *entry);

/* Begins to close an OPEN entry, or one that has just been created. */
void pool_retire(struct pool_entry *entry);

/* Notes that calls begin, or that one has ended. */
void pool_use(struct pool_entry *entry, size_t calls);
void pool_end_use(struct pool_entry *entry);

/* The instance is created: calls may use it at once. */
void pool_open_entry(struct pool_entry *entry, gql_instance *instance);

/* An entry that was CREATING or CLOSING has no instance any more. */
void pool_empty(struct pool_entry *entry);

/* ---- failures.c. The mutex is held. ---- */

/* Whether calls are rejected because the last creation failed a short time ago. */
bool pool_is_held_back(const struct pool_entry *entry);

void pool_note_failure(struct pool_entry *entry, const char *message);
void pool_forget_failure(struct pool_entry *entry);

/* Writes it to the runtime's log. The mutex is not held. */
void pool_log_failure(gql_pool *pool, const struct pool_key *key, const gql_failure *failure);

/* ---- calls.c ---- */

/* Takes all calls that wait. The mutex is held. */
struct pool_call *pool_take_waiting(struct pool_entry *entry);

/* Begins calls in their order, whose entry counts them, or rejects them. It is not held. */
void pool_begin(gql_instance *instance, struct pool_call *calls);
void pool_reject(gql_pool *pool, struct pool_call *calls, const char *message);

/* ---- survey.c. The mutex is not held. ---- */

/*
 * Calls `see` for each entry that has no instance, with the mutex held, and `ask` for each that has
 * one, without it. NULL: nobody. False, without any call, if memory ran out.
 */
bool pool_survey(gql_pool *pool, void (*see)(struct pool_entry *entry, void *user),
                 void (*ask)(struct pool_entry *entry, void *user), void *user);

/* ---- threads.c ---- */

/* Starts the threads, or none. */
int32_t pool_start_threads(gql_pool *pool, size_t count, gql_failure *failure);

/* Ends them when there is no job. */
void pool_stop_threads(gql_pool *pool);

#define POOL_SHUTTING_DOWN "The service is shutting down."
#define POOL_IS_SUSPENDED "The service is suspended."
#define POOL_HAS_FAILED "The service could not be started. Try again later."

#endif
