// SPDX-License-Identifier: MIT
/*
 * The binding of the ABI's host library for Node. Each JavaScript environment (the main thread, and
 * each worker thread that loads it) has an addon of its own, with any number of runtimes.
 * Everything here runs on the environment's thread unless it says otherwise.
 */
#ifndef BINDING_ADDON_H
#define BINDING_ADDON_H

#define NAPI_VERSION 8
#include <node_api.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "gql_host.h"

/*
 * What an external value of JavaScript stands for; the first member of each, so that a wrong one is
 * noticed.
 */
enum handle_kind {
    HANDLE_RUNTIME = 0x67716c31,
    HANDLE_LIBRARY,
    HANDLE_INSTANCE,
    HANDLE_SELECTION,
    HANDLE_ACTOR,
    HANDLE_CANCELLATION,
};

/* Something that other threads have for the environment's thread. */
struct event {
    struct event *next;
    /* Frees it. `env` NULL: there is nobody to deliver to. */
    void (*deliver)(napi_env env, struct event *event);
};

/*
 * Handles live as long as the environment: JavaScript may hold them after what they stand for is
 * gone.
 */

struct runtime {
    enum handle_kind kind;
    struct addon *addon;
    gql_runtime *runtime; /* NULL: destroyed. */
    napi_ref log;         /* The function that takes its log lines. */
    struct runtime *next;
};

struct library {
    enum handle_kind kind;
    struct runtime *runtime;
    gql_library *library; /* NULL: closed. */
    int tasks;            /* Instances that are being made or destroyed. */
    struct library *next;
};

struct instance {
    enum handle_kind kind;
    struct library *library;
    gql_instance *instance; /* NULL: destroyed, or on its way. */
    struct instance *next;
};

struct addon {
    napi_env env;
    pthread_t thread;
    napi_threadsafe_function wake;
    /* Promises that are not settled: while there are any, the event loop stays alive. */
    int waiting;
    struct runtime *runtimes;
    struct library *libraries;
    struct instance *instances;

    pthread_mutex_t lock; /* Guards the members below. */
    struct event *first;
    struct event **last;
};

/* The environment's. */
struct addon *addon_of(napi_env env);

/* Any thread. Delivered in the order of posting, all that wait in one turn of the event loop. */
void addon_post(struct addon *addon, struct event *event);

/* Delivers what was posted so far. `env` NULL: to nobody. */
void addon_deliver(struct addon *addon, napi_env env);

/* Keeps the event loop alive as long as something is awaited. */
void addon_await(struct addon *addon);
void addon_settled(struct addon *addon);

/* The functions of the module. */
napi_value create_runtime(napi_env env, napi_callback_info info);
napi_value destroy_runtime(napi_env env, napi_callback_info info);
napi_value open_library(napi_env env, napi_callback_info info);
napi_value describe(napi_env env, napi_callback_info info);
napi_value bind_library(napi_env env, napi_callback_info info);
napi_value close_library(napi_env env, napi_callback_info info);
napi_value create_instance(napi_env env, napi_callback_info info);
napi_value destroy_instance(napi_env env, napi_callback_info info);
napi_value make_selection(napi_env env, napi_callback_info info);
napi_value make_actor(napi_env env, napi_callback_info info);
napi_value make_cancellation(napi_env env, napi_callback_info info);
napi_value cancel(napi_env env, napi_callback_info info);
napi_value call(napi_env env, napi_callback_info info);

#endif
