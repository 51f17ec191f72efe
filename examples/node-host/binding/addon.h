// SPDX-License-Identifier: MIT
/*
 * The Node binding of the host library (gql_host.h). Each JavaScript environment (the main thread,
 * and each worker thread that loads the binding) has its own addon with any number of runtimes.
 * Everything runs on the environment's thread unless a comment says otherwise.
 */
#ifndef BINDING_ADDON_H
#define BINDING_ADDON_H

#define NAPI_VERSION 8
#include <node_api.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "gql_host.h"

/*
 * The kind of object behind a handle, an external value of JavaScript. It is the first member of
 * each such object, so that the binding detects a handle of another kind.
 */
enum handle_kind {
    HANDLE_RUNTIME = 0x67716c31,
    HANDLE_LIBRARY,
    HANDLE_INSTANCE,
    HANDLE_SELECTION,
    HANDLE_ACTOR,
    HANDLE_POOL,
};

/* Something that another thread hands to the environment's thread. */
struct event {
    struct event *next;
    /* Delivers and frees the event. `env` is NULL if the environment has ended: free only. */
    void (*deliver)(napi_env env, struct event *event);
};

/*
 * Runtimes, libraries, instances and pools are freed when the environment ends, not before:
 * JavaScript may hold a handle longer than the object behind it is open.
 */

struct runtime {
    enum handle_kind kind;
    struct addon *addon;
    gql_runtime *runtime; /* NULL: destroyed. */
    napi_ref log;         /* The JavaScript function that receives log lines. */
    struct runtime *next;
};

struct library {
    enum handle_kind kind;
    struct runtime *runtime;
    gql_library *library; /* NULL: closed. */
    int tasks;            /* Instances and pools that Node's threads are creating or destroying. */
    struct library *next;
};

/* Of a plugin's events: see event_watch.h. */
struct event_watch {
    struct event event;
    struct addon *addon;
    napi_ref function; /* The JavaScript function that is called; NULL: nobody watches. */
    atomic_bool posted;
};

struct instance {
    enum handle_kind kind;
    struct library *library;
    gql_instance *instance; /* NULL: destroyed, or being destroyed. */
    struct event_watch watch;
    struct instance *next;
};

/* Of a library's instances by key. */
struct pool {
    enum handle_kind kind;
    struct library *library;
    gql_pool *pool;  /* NULL: destroyed, or being destroyed. */
    napi_ref config; /* The JavaScript function that gives configurations. */
    struct pool *next;
};

struct addon {
    napi_env env;
    pthread_t thread;
    napi_threadsafe_function wake;
    int waiting; /* Unsettled promises. The event loop stays alive while there are any. */
    struct runtime *runtimes;
    struct library *libraries;
    struct instance *instances;
    struct pool *pools;
    struct pending *pending; /* The calls that wait for the plugin's answer. */

    pthread_mutex_t lock; /* Guards the members below. */
    struct event *first;
    struct event **last;
};

/* Creates the environment's addon, which is destroyed when the environment ends. */
bool addon_create(napi_env env);

/* Returns the environment's addon. */
struct addon *addon_of(napi_env env);

/*
 * Any thread. Events are delivered in the order of posting; one turn of the event loop delivers all
 * that were posted before it.
 */
void addon_post(struct addon *addon, struct event *event);

/* Delivers the events posted so far. `env` NULL: frees them. */
void addon_deliver(struct addon *addon, napi_env env);

/* Counts the unsettled promises, to keep the event loop alive while there are any. */
void addon_await(struct addon *addon);
void addon_settled(struct addon *addon);

#endif
