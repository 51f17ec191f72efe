// SPDX-License-Identifier: MIT
#include "abi/check/harness/perform.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "abi/check/inspect/meter.h"

/*
 * The inputs of a call. Sealed inputs have pages of their own, which are protected and unmapped.
 * Others stay allocated until perform_forget: a plugin that reads them too late then fails the
 * check `inputs` only.
 */
struct lent {
    struct lent *next;
    struct perform_inputs inputs;
    char texts[]; /* Arguments and parent. */
};

static _Thread_local struct performed *current;
static _Atomic(struct lent *) returned_inputs; /* Of finished calls, for perform_forget. */

void perform_fill_behind(void *start, const void *end)
{
    static const uint64_t one = 1;
    const unsigned char *word = (const unsigned char *)&one;
    unsigned char *byte = start;
    for (size_t i = (uintptr_t)byte % sizeof one; byte < (const unsigned char *)end; i++)
        *byte++ = word[i % sizeof one];
}

static void fill_request(struct perform_inputs *inputs, const struct plan_request *asked)
{
    for (uint32_t i = 0; i < asked->grant_count; i++) {
        inputs->grants[i].grant = asked->grants[i];
        inputs->grant_pointers[i] = &inputs->grants[i].grant;
    }
    inputs->cancelled = asked->cancelled;
    inputs->request =
        (gql_request){.struct_size = sizeof inputs->request,
                      .source = GQL_SOURCE_INTERNAL,
                      .actor_id = asked->actor,
                      .actor_id_size = asked->actor == NULL ? 0 : strlen(asked->actor),
                      .grants = inputs->grant_pointers,
                      .grant_count = asked->grant_count,
                      .actor_kind = asked->actor == NULL ? GQL_ACTOR_UNKNOWN : GQL_ACTOR_USER,
                      .trace_id = "0af7651916cd43dd8448eb211c80319c",
                      .locale = "en",
                      .deadline = asked->late ? 1 : check_now() + 60000000000u,
                      .cancelled = &inputs->cancelled,
                      .source_type = GQL_SOURCE_TYPE_INTERNAL};
}

static void fill(struct lent *lent, const struct plan_call *planned)
{
    struct perform_inputs *inputs = &lent->inputs;
    const size_t arguments_size = strlen(planned->arguments);
    fill_request(inputs, &planned->request);
    inputs->call = (gql_call){.struct_size = sizeof inputs->call,
                              .arguments = memcpy(lent->texts, planned->arguments, arguments_size),
                              .arguments_size = arguments_size,
                              .selection = planned->selection,
                              .request = &inputs->request};
    if (planned->parent != NULL) {
        inputs->call.parent_size = strlen(planned->parent);
        inputs->call.parent = memcpy(lent->texts + arguments_size, planned->parent,
                                     inputs->call.parent_size);
    }
}

static void lend(struct performed *performed)
{
    const struct perform_style *style = performed->style;
    const bool seal = style->seal;
    const struct plan_call *planned = performed->planned;
    const size_t texts = strlen(planned->arguments) +
                         (planned->parent == NULL ? 0 : strlen(planned->parent));
    const size_t size = sizeof(struct lent) + texts;
    struct lent *lent = seal ? mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                                    -1, 0)
                             : calloc(1, size);
    if (lent == NULL || lent == MAP_FAILED)
        return;
    performed->lent = lent;
    performed->sealed_size = seal ? size : 0;
    fill(lent, planned);
    if (style->alter != NULL)
        style->alter(planned, &lent->inputs);
    if (seal)
        mprotect(lent, size, PROT_READ);
}

static void take_back(struct performed *performed)
{
    struct lent *lent = performed->lent;
    if (lent == NULL)
        return;
    if (performed->sealed_size > 0) {
        munmap(lent, performed->sealed_size);
        return;
    }
    lent->next = atomic_load(&returned_inputs);
    while (!atomic_compare_exchange_weak(&returned_inputs, &lent->next, lent))
        ;
}

void perform_forget(void)
{
    for (struct lent *lent = atomic_exchange(&returned_inputs, NULL); lent != NULL;) {
        struct lent *next = lent->next;
        free(lent);
        lent = next;
    }
}

static void *copy(const char *text, size_t size)
{
    char *memory = malloc(size + 1);
    if (memory == NULL)
        return NULL;
    memory[size] = '\0';
    return memcpy(memory, text, size);
}

static void take_answer(struct performed *performed, const gql_answer *answer)
{
    performed->resolved = answer->resolved;
    if (answer->resolved) {
        performed->json = copy(answer->json, answer->json_size);
        performed->json_size = answer->json_size;
        performed->errors = copy(answer->errors, answer->errors_size);
        return;
    }
    performed->error_code = copy(answer->code, strlen(answer->code));
    performed->message = copy(answer->message, answer->message_size);
    performed->message_size = answer->message_size;
    performed->extensions = copy(answer->extensions, answer->extensions_size);
}

/*
 * Releases the reply at once, so that it is in quarantine before the function of the plugin that
 * completed it continues.
 */
static void on_answer(gql_answer *answer)
{
    struct performed *performed = answer->user;
    take_answer(performed, answer);
    if (performed->sealed_size > 0)
        mprotect(performed->lent, performed->sealed_size, PROT_NONE);
    gql_answer_release(answer);
    pthread_mutex_lock(&performed->mutex);
    performed->answered = true;
    pthread_cond_signal(&performed->condition);
    pthread_mutex_unlock(&performed->mutex);
}

/* Calls the resolver, and measures the call if its style says so. */
static int32_t resolve(struct performed *performed, gql_instance *instance, const gql_call *call,
                       gql_reply *reply)
{
    struct meter_waits before;
    if (!performed->style->timed || !meter_waits(&before))
        return performed->planned->resolve(instance, call, reply);
    const uint64_t begin = check_now();
    const int32_t code = performed->planned->resolve(instance, call, reply);
    const uint64_t took = check_now() - begin;
    const uint64_t waited = meter_waits_since(&before);
    performed->call_ns = waited > took ? 0 : took - waited;
    return code;
}

/* Stands between host and resolver, to see what it returns. */
static int32_t watch(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    struct performed *performed = current;
    if (performed->style->alter_reply != NULL) {
        performed->changed = *reply;
        performed->style->alter_reply(&performed->changed);
        reply = &performed->changed;
    }
    const unsigned omit = performed->style->omit;
    performed->returned = resolve(performed, (omit & PERFORM_INSTANCE) ? NULL : instance,
                                  (omit & PERFORM_CALL) ? NULL : call,
                                  (omit & PERFORM_REPLY) ? NULL : reply);
    return performed->returned;
}

void perform_start(struct session *session, gql_instance *instance, const struct plan_call *planned,
                   const struct perform_style *style, struct performed *performed)
{
    static const struct perform_style usual;
    pthread_condattr_t attributes;
    *performed = (struct performed){.planned = planned,
                                    .style = style == NULL ? &usual : style,
                                    .code = GQL_E_NO_MEMORY};
    lend(performed);
    pthread_mutex_init(&performed->mutex, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&performed->condition, &attributes);
    pthread_condattr_destroy(&attributes);
    if (performed->lent == NULL)
        return;
    const gql_call *call = &performed->lent->inputs.call;
    current = performed;
    check_step("%s", planned->label);
    performed->code = gql_runtime_call(session->runtime, instance, watch, call, on_answer,
                                       performed);
    check_step_done();
}

bool perform_is_answered(struct performed *performed)
{
    pthread_mutex_lock(&performed->mutex);
    const bool answered = performed->answered;
    pthread_mutex_unlock(&performed->mutex);
    return answered;
}

void perform_wait(struct session *session, struct performed *performed)
{
    const unsigned timeout = session->run->options->timeout;
    struct timespec limit;
    int code = 0;
    clock_gettime(CLOCK_MONOTONIC, &limit);
    limit.tv_sec += timeout;
    check_step("%s, waiting for the answer", performed->planned->label);
    pthread_mutex_lock(&performed->mutex);
    while (performed->code >= 0 && !performed->answered && code == 0)
        code = pthread_cond_timedwait(&performed->condition, &performed->mutex, &limit);
    const bool answered = performed->answered;
    pthread_mutex_unlock(&performed->mutex);
    check_step_done();
    if (answered)
        return;
    check_fail(session->run, "%s was not answered within %u s", performed->planned->label, timeout);
    check_finish(session->run); /* The plugin may still answer, so nothing may be freed. */
}

void perform_finish(struct performed *performed)
{
    take_back(performed);
    pthread_mutex_destroy(&performed->mutex);
    pthread_cond_destroy(&performed->condition);
    free(performed->json);
    free(performed->errors);
    free(performed->error_code);
    free(performed->message);
    free(performed->extensions);
}

bool perform_all(struct session *session, gql_instance *instance, const struct plan *plan,
                 const struct perform_style *style,
                 void (*judge)(struct session *session, struct performed *performed))
{
    for (size_t i = 0; i < plan->count; i++) {
        struct performed *performed = malloc(sizeof *performed);
        if (performed == NULL) {
            check_skip(session->run, "the tool is out of memory");
            return false;
        }
        perform_start(session, instance, &plan->calls[i], style, performed);
        perform_wait(session, performed);
        if (judge != NULL)
            judge(session, performed);
        perform_finish(performed);
        free(performed);
    }
    return true;
}
