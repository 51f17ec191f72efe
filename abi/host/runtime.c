// SPDX-License-Identifier: MIT
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/host/base/failure.h"
#include "abi/host/rejection.h"
#include "abi/host/reply_errors.h"
#include "abi/host/reply_table.h"
#include "abi/host/runtime.h"
#include "abi/host/signature/trust.h"
#include "gql_host.h"

#define DEFAULT_REPLY_LIMIT ((size_t)16 << 20)

struct gql_runtime {
    struct reply_table table;
    gql_host host;
    gql_log log;
    gql_clock clock;
    gql_runtime_options options;
    char *name;
    char *version;
    struct trust trust;
    _Atomic uint64_t misuses[GQL_MISUSE_COUNT];
    _Atomic uint64_t loads[RUNTIME_LOADS];
};

/* The calls that are on the stack of this thread: what they do inline needs no atomics. */
struct call_frame {
    uint64_t handle;
    const gql_runtime *runtime;
    struct reply_slot *slot;
    bool answered; /* On this thread, before the plugin's function returned. */
    bool released; /* Likewise. */
    struct call_frame *outer;
};
static _Thread_local struct call_frame *frames;

const char *gql_misuse_name(gql_misuse misuse)
{
    static const char *const names[GQL_MISUSE_COUNT] = {
        [GQL_MISUSE_STALE_REPLY] = "stale-reply",     [GQL_MISUSE_OVERRUN] = "overrun",
        [GQL_MISUSE_NOT_COMPLETED] = "not-completed", [GQL_MISUSE_RETURN_CODE] = "return-code",
        [GQL_MISUSE_BAD_ERROR] = "bad-error",         [GQL_MISUSE_CONCURRENT] = "concurrent",
        [GQL_MISUSE_LATE_WRITE] = "late-write",
    };
    return (unsigned)misuse < GQL_MISUSE_COUNT ? names[misuse] : "unknown";
}

static void write_log(const gql_host *host, uint32_t level, const char *message, uint64_t size,
                      const char *trace_id)
{
    const gql_runtime *runtime = host->data;
    if (level <= runtime->log.level)
        runtime->options.log(runtime->options.user, level, message, size, trace_id);
}

static void count_misuse(gql_runtime *runtime, gql_misuse misuse)
{
    const uint64_t count = atomic_fetch_add(&runtime->misuses[misuse], 1) + 1;
    /* Logs the 1st, 2nd, 4th, 8th, …: a misbehaving plugin must not flood the log. */
    if (runtime->options.log != NULL && (count & (count - 1)) == 0) {
        char line[128];
        const int size = snprintf(line, sizeof line,
                                  "a plugin broke the contract: %s, %" PRIu64 " times so far",
                                  gql_misuse_name(misuse), count);
        write_log(&runtime->host, GQL_LOG_ERROR, line, (uint64_t)size, NULL);
    }
    if (runtime->options.on_misuse != NULL)
        runtime->options.on_misuse(runtime->options.user, misuse);
}

/* ---- Completion ---- */

/*
 * Sets the state of an open reply, which gives this thread exclusive use. NULL if the reply was
 * completed before or never existed.
 */
static struct reply_slot *take(gql_runtime *runtime, uint64_t handle, uint64_t state)
{
    struct reply_slot *slot = reply_table_find(&runtime->table, handle);
    bool counted = false;
    while (slot != NULL) {
        uint64_t expected = handle;
        if (atomic_compare_exchange_strong_explicit(&slot->open, &expected, state,
                                                    memory_order_acq_rel, memory_order_acquire))
            return slot;
        if (expected != (handle | REPLY_BUSY))
            return NULL;
        if (!counted)
            count_misuse(runtime, GQL_MISUSE_CONCURRENT);
        counted = true;
        sched_yield();
    }
    return NULL;
}

static struct call_frame *find_frame(const gql_runtime *runtime, uint64_t handle)
{
    struct call_frame *frame = frames;
    while (frame != NULL && (frame->handle != handle || frame->runtime != runtime))
        frame = frame->outer;
    return frame;
}

static void deliver(gql_runtime *runtime, struct reply_slot *slot)
{
    struct call_frame *frame = find_frame(runtime, slot->handle);
    if (frame != NULL)
        frame->answered = true;
    else if (atomic_fetch_or(&slot->phase, REPLY_COMPLETED) & REPLY_RETURNED)
        reply_table_count_finished(&runtime->table, slot->shard);
    slot->on_answer(&slot->answer);
}

static void recycle(gql_runtime *runtime, struct reply_slot *slot)
{
    if (!reply_table_recycle(&runtime->table, slot))
        count_misuse(runtime, GQL_MISUSE_LATE_WRITE);
}

/* The plugin's function has returned. */
static void leave(gql_runtime *runtime, const struct call_frame *frame)
{
    struct reply_slot *slot = frame->slot;
    if (frame->released) {
        atomic_store(&slot->phase, REPLY_RETURNED | REPLY_COMPLETED);
        reply_table_count_finished(&runtime->table, slot->shard);
        recycle(runtime, slot);
        return;
    }
    const uint32_t both = REPLY_RETURNED | (frame->answered ? REPLY_COMPLETED : 0);
    const uint32_t phase = atomic_fetch_or(&slot->phase, both);
    if (frame->answered || (phase & REPLY_COMPLETED))
        reply_table_count_finished(&runtime->table, slot->shard);
    if (phase & REPLY_RELEASED)
        recycle(runtime, slot);
}

static void check_overrun(gql_runtime *runtime, struct reply_slot *slot)
{
    if (reply_table_is_intact(&runtime->table, slot))
        return;
    slot->spoiled = true;
    count_misuse(runtime, GQL_MISUSE_OVERRUN);
}

static int32_t reply_resolve(const gql_host *host, uint64_t handle)
{
    gql_runtime *runtime = host->data;
    struct reply_slot *slot = take(runtime, handle, 0);
    if (slot == NULL) {
        count_misuse(runtime, GQL_MISUSE_STALE_REPLY);
        return GQL_E_STALE_REPLY;
    }
    check_overrun(runtime, slot);
    if (slot->spoiled) {
        rejection_set_static(slot, "INTERNAL_ERROR", "The plugin wrote beyond its reply.");
    } else {
        const size_t size = (size_t)slot->reply.size;
        slot->data[size] = '\0'; /* Within the guard bytes, at most. */
        const size_t prefix = runtime->table.prefix_size;
        const char *errors = slot->errors == NULL ? "[]" : slot->errors;
        slot->answer = (gql_answer){.resolved = true,
                                    .json = slot->data + prefix,
                                    .json_size = size - prefix,
                                    .errors = errors,
                                    .errors_size = strlen(errors),
                                    .user = slot->answer.user};
    }
    deliver(runtime, slot);
    return GQL_OK;
}

static bool is_complete_error(const gql_error *error)
{
    return error != NULL && GQL_FITS(error, GQL_ERROR_SIZE_0_2) && error->reserved == 0 &&
           error->code != NULL && error->code[0] != '\0' && error->message != NULL;
}

static int32_t reply_reject(const gql_host *host, uint64_t handle, const gql_error *error)
{
    gql_runtime *runtime = host->data;
    struct reply_slot *slot = take(runtime, handle, 0);
    if (slot == NULL) {
        count_misuse(runtime, GQL_MISUSE_STALE_REPLY);
        return GQL_E_STALE_REPLY;
    }
    check_overrun(runtime, slot);
    if (is_complete_error(error)) {
        rejection_set(slot, error, runtime->options.reply_limit);
    } else {
        count_misuse(runtime, GQL_MISUSE_BAD_ERROR);
        rejection_set_static(slot, "INTERNAL_ERROR",
                             "The plugin rejected the call without a code or a message.");
    }
    deliver(runtime, slot);
    return GQL_OK;
}

static int32_t grow_slot(struct reply_slot *slot, uint64_t more, size_t limit)
{
    const size_t size = (size_t)slot->reply.size;
    if (more > limit || size + more > limit)
        return GQL_E_LIMIT;
    const size_t needed = size + (size_t)more;
    if (needed <= slot->capacity)
        return GQL_OK;
    const size_t doubled = slot->capacity * 2 > limit ? limit : slot->capacity * 2;
    return reply_slot_set_capacity(slot, doubled > needed ? doubled : needed) ? GQL_OK
                                                                              : GQL_E_NO_MEMORY;
}

/* Changes an open reply by `change`, while nobody else can. */
static int32_t change_reply(gql_runtime *runtime, uint64_t handle,
                            int32_t (*change)(gql_runtime *runtime, struct reply_slot *slot,
                                              const void *context),
                            const void *context)
{
    struct reply_slot *slot = take(runtime, handle, handle | REPLY_BUSY);
    if (slot == NULL) {
        count_misuse(runtime, GQL_MISUSE_STALE_REPLY);
        return GQL_E_STALE_REPLY;
    }
    int32_t code = GQL_E_MISUSE;
    if (!slot->spoiled)
        check_overrun(runtime, slot);
    if (!slot->spoiled)
        code = change(runtime, slot, context);
    atomic_store_explicit(&slot->open, handle, memory_order_release);
    return code;
}

static int32_t grow(gql_runtime *runtime, struct reply_slot *slot, const void *context)
{
    return grow_slot(slot, *(const uint64_t *)context, runtime->options.reply_limit);
}

static int32_t reply_grow(const gql_host *host, uint64_t handle, uint64_t more)
{
    return change_reply(host->data, handle, grow, &more);
}

static int32_t add_error(gql_runtime *runtime, struct reply_slot *slot, const void *context)
{
    const gql_error *error = context;
    if (!is_complete_error(error)) {
        count_misuse(runtime, GQL_MISUSE_BAD_ERROR);
        return GQL_E_MISUSE;
    }
    const int32_t code = reply_errors_append(&slot->errors, error, runtime->options.reply_limit);
    if (code == GQL_E_MISUSE)
        count_misuse(runtime, GQL_MISUSE_BAD_ERROR);
    return code;
}

static int32_t reply_error(const gql_host *host, uint64_t handle, const gql_error *error)
{
    return change_reply(host->data, handle, add_error, error);
}

/* ---- Calls ---- */

/* Answers in place of the plugin. False if another thread completed the reply. */
static bool answer_for_plugin(gql_runtime *runtime, uint64_t handle, const char *message)
{
    struct reply_slot *slot = take(runtime, handle, 0);
    if (slot == NULL)
        return false;
    slot->spoiled = true; /* The plugin may still write into it. */
    rejection_set_static(slot, "INTERNAL_ERROR", message);
    deliver(runtime, slot);
    return true;
}

static int32_t conclude_error(gql_runtime *runtime, uint64_t handle, int32_t code)
{
    const bool answered = answer_for_plugin(runtime, handle,
                                            code == GQL_E_NO_MEMORY
                                                ? "The plugin is out of memory."
                                                : "The plugin rejected the call.");
    if (code > 0 || !answered)
        count_misuse(runtime, GQL_MISUSE_RETURN_CODE);
    return answered ? GQL_OK : GQL_PENDING;
}

static int32_t conclude(gql_runtime *runtime, const struct call_frame *frame, int32_t code)
{
    if (frame->answered) {
        if (code != GQL_OK)
            count_misuse(runtime, GQL_MISUSE_RETURN_CODE);
        return GQL_OK;
    }
    if (code == GQL_PENDING)
        return GQL_PENDING;
    if (code != GQL_OK)
        return conclude_error(runtime, frame->handle, code);
    if (!answer_for_plugin(runtime, frame->handle, "The plugin did not complete the call."))
        return GQL_PENDING;
    count_misuse(runtime, GQL_MISUSE_NOT_COMPLETED);
    return GQL_OK;
}

int32_t gql_runtime_reserve(gql_runtime *runtime, const gql_instance *instance,
                            gql_answer_fn on_answer, void *user, struct reply_slot **ret_slot)
{
    int32_t code = GQL_E_NO_MEMORY;
    struct reply_slot *slot = reply_table_acquire(&runtime->table, runtime, instance, &code);
    if (slot == NULL)
        return code;
    slot->on_answer = on_answer;
    slot->answer.user = user;
    *ret_slot = slot;
    return GQL_OK;
}

int32_t gql_runtime_begin(struct reply_slot *slot, gql_instance *instance, gql_resolve_fn resolve,
                          const gql_call *call)
{
    gql_runtime *runtime = slot->runtime;
    atomic_store_explicit(&slot->instance, instance, memory_order_relaxed);
    struct call_frame frame = {.handle = slot->handle,
                               .runtime = runtime,
                               .slot = slot,
                               .outer = frames};
    frames = &frame;
    int32_t code = resolve(instance, call, &slot->reply);
    frames = frame.outer;
    code = conclude(runtime, &frame, code);
    leave(runtime, &frame);
    return code;
}

int32_t gql_runtime_call(gql_runtime *runtime, gql_instance *instance, gql_resolve_fn resolve,
                         const gql_call *call, gql_answer_fn on_answer, void *user)
{
    struct reply_slot *slot = NULL;
    if (runtime == NULL || resolve == NULL || call == NULL || on_answer == NULL)
        return GQL_E_MISUSE;
    const int32_t code = gql_runtime_reserve(runtime, instance, on_answer, user, &slot);
    return code == GQL_OK ? gql_runtime_begin(slot, instance, resolve, call) : code;
}

void gql_answer_release(gql_answer *answer)
{
    if (answer == NULL)
        return;
    struct reply_slot *slot =
        (struct reply_slot *)(void *)((char *)answer - offsetof(struct reply_slot, answer));
    gql_runtime *runtime = slot->runtime;
    struct call_frame *frame = find_frame(runtime, slot->handle);
    reply_table_seal(&runtime->table, slot);
    if (frame != NULL)
        frame->released = true;
    else if (atomic_fetch_or(&slot->phase, REPLY_RELEASED) & REPLY_RETURNED)
        recycle(runtime, slot);
}

void gql_runtime_await_calls(gql_runtime *runtime, const gql_instance *instance)
{
    reply_table_await_calls(&runtime->table, instance);
}

/* ---- The runtime ---- */

static int64_t read_clock(const gql_host *host)
{
    const gql_runtime *runtime = host->data;
    return runtime->options.unix_milliseconds(runtime->options.user);
}

static const void *extension(const gql_host *host, const char *id)
{
    const gql_runtime *runtime = host->data;
    if (id == NULL)
        return NULL;
    if (strcmp(id, GQL_EXT_LOG) == 0 && runtime->options.log != NULL)
        return &runtime->log;
    if (strcmp(id, GQL_EXT_CLOCK) == 0 && runtime->options.unix_milliseconds != NULL)
        return &runtime->clock;
    return NULL;
}

static void set_up(gql_runtime *runtime, const gql_runtime_options *options)
{
    runtime->options = *options;
    runtime->options.reply_prefix = NULL; /* The table has a copy. */
    if (runtime->options.reply_limit == 0)
        runtime->options.reply_limit = DEFAULT_REPLY_LIMIT;
    runtime->log = (gql_log){.struct_size = sizeof runtime->log,
                             .level = options->log_level == 0 ? GQL_LOG_INFO : options->log_level,
                             .write = write_log};
    runtime->clock = (gql_clock){.struct_size = sizeof runtime->clock,
                                 .unix_milliseconds = read_clock};
    runtime->host = (gql_host){.struct_size = sizeof runtime->host,
                               .abi_major = GQL_ABI_MAJOR,
                               .abi_minor = GQL_ABI_MINOR,
                               .name = runtime->name,
                               .version = runtime->version,
                               .data = runtime,
                               .reply_grow = reply_grow,
                               .reply_resolve = reply_resolve,
                               .reply_reject = reply_reject,
                               .extension = extension,
                               .reply_error = reply_error};
}

int32_t gql_runtime_create(const gql_runtime_options *options, gql_runtime **ret_runtime,
                           gql_failure *failure)
{
    if (options == NULL || ret_runtime == NULL || options->name == NULL || options->version == NULL)
        return gql_fail(
            failure, GQL_E_MISUSE,
            "gql_runtime_create: options, name, version and ret_runtime must not be NULL");
    gql_runtime *runtime = aligned_alloc(_Alignof(gql_runtime), sizeof *runtime);
    if (runtime == NULL)
        return gql_fail_no_memory(failure);
    memset(runtime, 0, sizeof *runtime);
    runtime->name = strdup(options->name);
    runtime->version = strdup(options->version);
    if (runtime->name == NULL || runtime->version == NULL ||
        !reply_table_init(&runtime->table, options->quarantine, options->reply_prefix)) {
        free(runtime->name);
        free(runtime->version);
        free(runtime);
        return gql_fail_no_memory(failure);
    }
    set_up(runtime, options);
    *ret_runtime = runtime;
    return GQL_OK;
}

void gql_runtime_destroy(gql_runtime **runtime)
{
    if (runtime == NULL || *runtime == NULL)
        return;
    gql_runtime *old = *runtime;
    *runtime = NULL;
    for (size_t written = reply_table_finish(&old->table); written > 0; written--)
        count_misuse(old, GQL_MISUSE_LATE_WRITE);
    free(old->name);
    free(old->version);
    free(old);
}

const gql_host *gql_runtime_host(const gql_runtime *runtime)
{
    return &runtime->host;
}

uint64_t gql_runtime_misuses(const gql_runtime *runtime, gql_misuse misuse)
{
    return (unsigned)misuse < GQL_MISUSE_COUNT ? atomic_load(&runtime->misuses[misuse]) : 0;
}

bool gql_runtime_copies_plugins(const gql_runtime *runtime)
{
    return runtime->options.copies_plugins || gql_runtime_trust(runtime) != NULL;
}

int32_t gql_runtime_trust_key(gql_runtime *runtime, const char *key, size_t key_size,
                              gql_failure *failure)
{
    if (runtime == NULL || key == NULL)
        return gql_fail(failure, GQL_E_MISUSE,
                        "gql_runtime_trust_key: runtime and key must not be NULL");
    return trust_add(&runtime->trust, key, key_size, failure);
}

const struct trust *gql_runtime_trust(const gql_runtime *runtime)
{
    return runtime->trust.key_count == 0 ? NULL : &runtime->trust;
}

uint64_t gql_runtime_loads(const gql_runtime *runtime, int code)
{
    return atomic_load(&runtime->loads[code]);
}

void gql_runtime_note_load(gql_runtime *runtime, int32_t code)
{
    const int known = code > 0 || code <= -RUNTIME_LOADS ? -GQL_E_UNAVAILABLE : -code;
    atomic_fetch_add(&runtime->loads[known], 1);
}

uint64_t gql_runtime_pending(const gql_runtime *runtime)
{
    return reply_table_pending(&runtime->table);
}
