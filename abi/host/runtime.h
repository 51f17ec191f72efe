// SPDX-License-Identifier: MIT
/* What the library of plugins and the pool of instances ask of the runtime, beside gql_host.h. */
#ifndef GQL_RUNTIME_H
#define GQL_RUNTIME_H

#include "gql_host.h"

struct reply_slot;
struct trust;

/* Waits until no call of the instance is under way. Not from inside a call. */
void gql_runtime_await_calls(gql_runtime *runtime, const gql_instance *instance);

/* The keys of gql_runtime_trust_key; NULL: none, so every plugin is trusted. */
const struct trust *gql_runtime_trust(const gql_runtime *runtime);

/* gql_runtime_options.copies_plugins; what is checked against a signature is a copy, too. */
bool gql_runtime_copies_plugins(const gql_runtime *runtime);

/* How often files were loaded (0), or refused with that code, made positive. */
enum { RUNTIME_LOADS = 8 };
uint64_t gql_runtime_loads(const gql_runtime *runtime, int code);
void gql_runtime_note_load(gql_runtime *runtime, int32_t code);

/*
 * The two halves of gql_runtime_call, for a call that waits between them: the first takes what the
 * call needs, so that the second can't fail. It must follow, once, on any thread, and returns as
 * gql_runtime_call does. `instance` may be another one by then.
 */
int32_t gql_runtime_reserve(gql_runtime *runtime, const gql_instance *instance,
                            gql_answer_fn on_answer, void *user, struct reply_slot **ret_slot);
int32_t gql_runtime_begin(struct reply_slot *slot, gql_instance *instance, gql_resolve_fn resolve,
                          const gql_call *call);

#endif
