// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/support/mock_internal.h"
#include "vault/json_reader.h"

/*
 * What the plugin may read during a call. It is freed as soon as the call is completed, so that
 * AddressSanitizer reports later reads.
 */
struct lent {
    gql_call call;
    struct mock_request request;
    gql_selection *selection;
    char arguments[];
};

struct mock_pending {
    struct mock_host *host;
    gql_instance *instance;
    struct lent *lent;
    gql_selection *selection; /* A copy, to check the value with. */
    char *label;              /* Such as `Query.node`, for messages. */
    char *type;               /* Of the value. */
    char *ids;                /* For a loader: a JSON list. */
    bool after_drain;
    pthread_mutex_t mutex;
    pthread_cond_t condition;
    bool done;
    bool counted; /* In mock_instance.under_way. */
    bool completed_inline;
    uint64_t call_ns;
    bool resolved;
    char *json;
    size_t json_size;
    char *code;
    char *errors;
    char *message;
    size_t message_size;
    char *extensions;
};

static char *copy(const char *text, size_t size)
{
    char *memory = malloc(size + 1);
    memcpy(memory, text, size);
    memory[size] = '\0';
    return memory;
}

static void free_lent(struct lent *lent)
{
    gql_selection_destroy(&lent->selection);
    free(lent);
}

static void on_answer(gql_answer *answer)
{
    struct mock_pending *pending = answer->user;
    struct mock_host *host = pending->host;
    pending->resolved = answer->resolved;
    if (answer->resolved) {
        pending->json = copy(answer->json, answer->json_size);
        pending->json_size = answer->json_size;
        pending->errors = copy(answer->errors, answer->errors_size);
    } else {
        pending->code = strdup(answer->code);
        pending->message = copy(answer->message, answer->message_size);
        pending->message_size = answer->message_size;
        pending->extensions = copy(answer->extensions, answer->extensions_size);
    }
    free_lent(pending->lent);
    gql_answer_release(answer);
    pthread_mutex_lock(&host->mutex);
    pthread_mutex_lock(&pending->mutex);
    if (pending->counted)
        mock_instance_entry(host, pending->instance)->under_way--;
    pending->done = true;
    pthread_cond_signal(&pending->condition);
    pthread_mutex_unlock(&pending->mutex);
    pthread_mutex_unlock(&host->mutex);
}

static void lend(struct mock_pending *pending, const char *arguments, const char *selection,
                 const struct mock_request *request)
{
    const size_t size = strlen(arguments);
    struct lent *lent = malloc(sizeof *lent + size);
    gql_failure failure = {.struct_size = sizeof failure};
    *lent = (struct lent){0};
    memcpy(lent->arguments, arguments, size);
    if (selection != NULL &&
        (gql_selection_parse(selection, strlen(selection), &lent->selection, &failure) != GQL_OK ||
         gql_selection_parse(selection, strlen(selection), &pending->selection, &failure) !=
             GQL_OK))
        mock_violation("%s: %s: %s", pending->label, failure.message, selection);
    if (request == NULL) {
        mock_request_all(&lent->request);
        lent->request.request.cancelled = NULL;
    } else {
        /* Points to the caller's flag still, so that mock_cancel has an effect. */
        lent->request = *request;
    }
    for (uint32_t i = 0; i < lent->request.request.grant_count; i++)
        lent->request.grant_pointers[i] = &lent->request.grants[i];
    lent->request.request.grants = lent->request.grant_pointers;
    lent->call = (gql_call){.struct_size = sizeof lent->call,
                            .arguments = lent->arguments,
                            .arguments_size = size,
                            .selection = lent->selection,
                            .request = &lent->request.request};
    if (request != NULL && request->response_name != NULL) {
        lent->call.response_name = request->response_name;
        lent->call.response_name_size = strlen(request->response_name);
    }
    pending->lent = lent;
}

static struct mock_pending *prepare(struct mock_host *host, gql_instance *instance,
                                    const char *label, char *type)
{
    struct mock_pending *pending = calloc(1, sizeof *pending);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&pending->condition, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&pending->mutex, NULL);
    pending->host = host;
    pending->instance = instance;
    pending->label = strdup(label);
    pending->type = type;
    pthread_mutex_lock(&host->mutex);
    pending->after_drain = mock_instance_entry(host, instance)->drained;
    pthread_mutex_unlock(&host->mutex);
    return pending;
}

/* After the resolver has returned GQL_PENDING, drain must wait for the call. */
static void count_under_way(struct mock_pending *pending)
{
    struct mock_host *host = pending->host;
    pthread_mutex_lock(&host->mutex);
    pthread_mutex_lock(&pending->mutex);
    struct mock_instance *entry = mock_instance_entry(host, pending->instance);
    if (!pending->done && !entry->draining) {
        entry->under_way++;
        pending->counted = true;
    }
    pthread_mutex_unlock(&pending->mutex);
    pthread_mutex_unlock(&host->mutex);
}

static void start(struct mock_pending *pending, gql_resolve_fn resolve, uint32_t flags)
{
    const uint64_t begin = mock_monotonic();
    const int32_t code = gql_runtime_call(pending->host->runtime, pending->instance, resolve,
                                          &pending->lent->call, on_answer, pending);
    pending->call_ns = mock_monotonic() - begin;
    pending->completed_inline = code == GQL_OK;
    if (code == GQL_PENDING)
        count_under_way(pending);
    else if (code != GQL_OK)
        mock_violation("%s: gql_runtime_call returned %d", pending->label, (int)code);
    if (code == GQL_PENDING && (flags & GQL_RESOLVER_INLINE) != 0)
        mock_violation("%s has the flag GQL_RESOLVER_INLINE, but completed later", pending->label);
    if (code == GQL_PENDING && pending->after_drain)
        mock_violation("%s: a call after drain was not rejected inline", pending->label);
}

struct mock_pending *mock_start(struct mock_host *host, gql_instance *instance, const char *type,
                                const char *field, const char *arguments, const char *selection,
                                const struct mock_request *request)
{
    const gql_schema *schema = mock_plugin(host)->schema;
    const gql_resolver *resolver = NULL;
    for (uint32_t i = 0; i < schema->resolver_count; i++)
        if (strcmp(schema->resolvers[i]->type, type) == 0 &&
            strcmp(schema->resolvers[i]->field, field) == 0)
            resolver = schema->resolvers[i];
    const char *value_type = gql_schema_document_field_type(host->document, type, field);
    if (resolver == NULL || value_type == NULL) {
        mock_violation("the plugin has no resolver for %s.%s", type, field);
        abort();
    }
    char label[256];
    snprintf(label, sizeof label, "%s.%s", type, field);
    struct mock_pending *pending = prepare(host, instance, label, strdup(value_type));
    lend(pending, arguments, selection, request);
    start(pending, resolver->resolve, resolver->flags);
    return pending;
}

static char *join(const char *before, const char *text, const char *after)
{
    const size_t size = strlen(before) + strlen(text) + strlen(after) + 1;
    char *joined = malloc(size);
    snprintf(joined, size, "%s%s%s", before, text, after);
    return joined;
}

static struct mock_pending *start_loader(struct mock_host *host, gql_instance *instance,
                                         const gql_loader *loader, const char *ids,
                                         const char *selection, const struct mock_request *request)
{
    char *arguments = join("{\"ids\":", ids, "}");
    struct mock_pending *pending = prepare(host, instance, loader->type,
                                           join("[", loader->type, "]!"));
    pending->ids = strdup(ids);
    lend(pending, arguments, selection, request);
    free(arguments);
    start(pending, loader->load, loader->flags);
    return pending;
}

void mock_await(struct mock_pending *pending)
{
    struct timespec limit;
    clock_gettime(CLOCK_MONOTONIC, &limit);
    limit.tv_sec += MOCK_TIMEOUT_SECONDS;
    pthread_mutex_lock(&pending->mutex);
    int code = 0;
    while (!pending->done && code == 0)
        code = pthread_cond_timedwait(&pending->condition, &pending->mutex, &limit);
    const bool done = pending->done;
    pthread_mutex_unlock(&pending->mutex);
    if (!done) {
        mock_violation("%s: not completed within %d s", pending->label, MOCK_TIMEOUT_SECONDS);
        abort();
    }
}

bool mock_is_done(struct mock_pending *pending)
{
    pthread_mutex_lock(&pending->mutex);
    const bool done = pending->done;
    pthread_mutex_unlock(&pending->mutex);
    return done;
}

static void check_list_size(const struct mock_pending *pending, size_t size)
{
    json_t *ids = NULL;
    vault_json_read(vault_bytes_of(pending->ids), VAULT_JSON_KEEP_SURROGATES, &ids, NULL);
    if (!json_is_array(ids))
        mock_violation("mock_load: not a JSON list: %s", pending->ids);
    if (json_array_size(ids) != size)
        mock_violation("%s: the loader returned %zu objects for %zu IDs", pending->label, size,
                       json_array_size(ids));
    json_decref(ids);
}

static void check_object(const struct mock_pending *pending)
{
    json_t *object = NULL;
    vault_json_read((struct vault_bytes){pending->json, pending->json_size}, VAULT_JSON_STRICT,
                    &object, NULL);
    if (!json_is_object(object))
        mock_violation("%s: not an object of JSON: %.800s", pending->label, pending->json);
    json_decref(object);
}

static void check_value(const struct mock_pending *pending, const struct mock_answer *answer)
{
    gql_failure failure = {.struct_size = sizeof failure};
    if (pending->type == NULL)
        check_object(pending);
    else if (gql_value_check(pending->host->document, mock_plugin(pending->host)->schema,
                             pending->type, pending->selection, pending->json, pending->json_size,
                             &failure) != GQL_OK)
        mock_violation("%s: %s; the value: %.800s", pending->label, failure.message, pending->json);
    if (pending->ids != NULL)
        check_list_size(pending, json_array_size(answer->value));
    if (pending->after_drain)
        mock_violation("%s: a call after drain was served", pending->label);
}

static bool is_upper_case(const char *code)
{
    return strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == strlen(code);
}

static void check_error(const struct mock_pending *pending, struct mock_answer *answer)
{
    const char *code = answer->code;
    if (!is_upper_case(code))
        mock_violation("%s: the code \"%s\" is not UPPER_CASE", pending->label, code);
    if (pending->message_size == 0 || !mock_is_utf8(answer->message, pending->message_size))
        mock_violation("%s: the message of %s is empty or not UTF-8", pending->label, code);
    if (!json_is_object(answer->extensions))
        mock_violation("%s: the extensions of %s are not a JSON object: %s", pending->label, code,
                       pending->extensions);
    const json_t *given = json_object_get(answer->extensions, "code");
    if (given == NULL)
        json_object_set_new(answer->extensions, "code", json_string(code));
    else if (!json_is_string(given) || strcmp(json_string_value(given), code) != 0)
        mock_violation("%s: the code is %s, but not in the extensions: %s", pending->label, code,
                       pending->extensions);
    if (pending->after_drain && strcmp(code, "SERVICE_UNAVAILABLE") != 0)
        mock_violation("%s: a call after drain was rejected with %s", pending->label, code);
}

static const json_t *follow(const json_t *value, const json_t *path)
{
    for (size_t i = 0; i < json_array_size(path) && value != NULL; i++) {
        const json_t *step = json_array_get(path, i);
        value = json_is_string(step) ? json_object_get(value, json_string_value(step))
                                     : json_array_get(value, (size_t)json_integer_value(step));
    }
    return value;
}

static void check_errors_inside(const struct mock_pending *pending,
                                const struct mock_answer *answer)
{
    for (size_t i = 0; i < json_array_size(answer->errors); i++) {
        const json_t *error = json_array_get(answer->errors, i);
        const json_t *code = json_object_get(json_object_get(error, "extensions"), "code");
        if (!json_is_null(follow(answer->value, json_object_get(error, "path"))) ||
            !json_is_string(code) || !is_upper_case(json_string_value(code)) ||
            json_string_length(json_object_get(error, "message")) == 0)
            mock_violation("%s: the error inside the value leads to no null, or has no code or "
                           "message: %.800s",
                           pending->label, pending->errors);
    }
}

static struct mock_answer *make_answer(struct mock_pending *pending)
{
    struct mock_answer *answer = calloc(1, sizeof *answer);
    *answer = (struct mock_answer){.resolved = pending->resolved,
                                   .json = pending->json,
                                   .code = pending->code,
                                   .message = pending->message,
                                   .completed_inline = pending->completed_inline,
                                   .call_ns = pending->call_ns};
    if (pending->resolved) {
        answer->value = json_loadb(pending->json, pending->json_size,
                                   JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
        answer->errors = json_loads(pending->errors, 0, NULL);
        check_value(pending, answer);
        check_errors_inside(pending, answer);
    } else {
        answer->extensions = json_loads(pending->extensions,
                                        JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
        check_error(pending, answer);
    }
    return answer;
}

struct mock_answer *mock_wait(struct mock_pending **pending)
{
    struct mock_pending *old = *pending;
    *pending = NULL;
    mock_await(old);
    struct mock_answer *answer = make_answer(old);
    gql_selection_destroy(&old->selection);
    pthread_cond_destroy(&old->condition);
    pthread_mutex_destroy(&old->mutex);
    free(old->extensions);
    free(old->errors);
    free(old->ids);
    free(old->label);
    free(old->type);
    free(old);
    return answer;
}

struct mock_answer *mock_call(struct mock_host *host, gql_instance *instance, const char *type,
                              const char *field, const char *arguments, const char *selection,
                              const struct mock_request *request)
{
    struct mock_pending *pending = mock_start(host, instance, type, field, arguments, selection,
                                              request);
    return mock_wait(&pending);
}

struct mock_pending *mock_start_function(struct mock_host *host, gql_instance *instance,
                                         const char *label, gql_resolve_fn function,
                                         const char *arguments, const struct mock_request *request)
{
    struct mock_pending *pending = prepare(host, instance, label, NULL);
    lend(pending, arguments, NULL, request);
    start(pending, function, 0);
    return pending;
}

struct mock_answer *mock_call_function(struct mock_host *host, gql_instance *instance,
                                       const char *label, gql_resolve_fn function,
                                       const char *arguments, const struct mock_request *request)
{
    struct mock_pending *pending = mock_start_function(host, instance, label, function, arguments,
                                                       request);
    return mock_wait(&pending);
}

struct mock_pending *mock_start_load(struct mock_host *host, gql_instance *instance,
                                     const char *type, const char *ids, const char *selection,
                                     const struct mock_request *request)
{
    const gql_schema *schema = mock_plugin(host)->schema;
    for (uint32_t i = 0; i < schema->loader_count; i++) {
        if (strcmp(schema->loaders[i]->type, type) == 0)
            return start_loader(host, instance, schema->loaders[i], ids, selection, request);
    }
    mock_violation("the plugin has no loader for %s", type);
    abort();
}

struct mock_answer *mock_load(struct mock_host *host, gql_instance *instance, const char *type,
                              const char *ids, const char *selection,
                              const struct mock_request *request)
{
    struct mock_pending *pending = mock_start_load(host, instance, type, ids, selection, request);
    return mock_wait(&pending);
}

void mock_answer_free(struct mock_answer **answer)
{
    if (answer == NULL || *answer == NULL)
        return;
    struct mock_answer *old = *answer;
    *answer = NULL;
    json_decref(old->value);
    json_decref(old->errors);
    json_decref(old->extensions);
    free(old->json);
    free(old->code);
    free(old->message);
    free(old);
}
