// SPDX-License-Identifier: MIT
/*
 * The functions that the module exports. Each is described at its definition, with its JavaScript
 * name, parameters and result. A function that returns NULL has thrown an exception, or returns
 * undefined.
 */
#ifndef BINDING_FUNCTIONS_H
#define BINDING_FUNCTIONS_H

#define NAPI_VERSION 8
#include <node_api.h>

/* runtime.c */
napi_value create_runtime(napi_env env, napi_callback_info info);
napi_value destroy_runtime(napi_env env, napi_callback_info info);
napi_value trust_key(napi_env env, napi_callback_info info);

/* library.c */
napi_value open_library(napi_env env, napi_callback_info info);
napi_value describe(napi_env env, napi_callback_info info);
napi_value bind_library(napi_env env, napi_callback_info info);
napi_value close_library(napi_env env, napi_callback_info info);

/* find_loader.c */
napi_value find_loader(napi_env env, napi_callback_info info);

/* instance.c */
napi_value create_instance(napi_env env, napi_callback_info info);
napi_value destroy_instance(napi_env env, napi_callback_info info);
napi_value destroy_pool(napi_env env, napi_callback_info info);
napi_value instance_health(napi_env env, napi_callback_info info);

/* metrics.c */
napi_value runtime_metrics(napi_env env, napi_callback_info info);
napi_value library_metrics(napi_env env, napi_callback_info info);
napi_value instance_metrics(napi_env env, napi_callback_info info);
napi_value pool_metrics(napi_env env, napi_callback_info info);

/* pool.c */
napi_value create_pool(napi_env env, napi_callback_info info);
napi_value list_keys(napi_env env, napi_callback_info info);
napi_value pool_health(napi_env env, napi_callback_info info);
napi_value suspend_key(napi_env env, napi_callback_info info);
napi_value resume_key(napi_env env, napi_callback_info info);
napi_value close_key(napi_env env, napi_callback_info info);

/* event_watch.c */
napi_value watch_events(napi_env env, napi_callback_info info);

/* selection.c, actor.c */
napi_value make_selection(napi_env env, napi_callback_info info);
napi_value make_actor(napi_env env, napi_callback_info info);

/* call.c */
napi_value call(napi_env env, napi_callback_info info);
napi_value cancel(napi_env env, napi_callback_info info);

#endif
