// SPDX-License-Identifier: MIT
/*
 * The plugin's resolvers. An input begins with the operation and the kind of its idempotency key,
 * the actor, and the behaviour of the reply, a byte each; a line with the selection follows, then
 * the arguments with placeholders (see fuzz_names). Each input meets the same rows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/plugin/world.h"

static gql_instance *instance;
static struct fuzz_names names;

static void open_world(void)
{
    gql_failure failure = {.struct_size = sizeof failure};
    EXPECT(world_create(&instance, &failure) == GQL_OK, "%s", failure.message);
    world_fill(instance, &names);
}

static struct fuzz_reply reply_of(uint8_t choice)
{
    static const size_t capacities[] = {0, 1, 64, 4096}, slacks[] = {0, 1, 100, 5000};
    return (struct fuzz_reply){.prefix = choice & 1 ? 3 : 0,
                               .capacity = capacities[choice >> 1 & 3],
                               .slack = slacks[choice >> 3 & 3],
                               .limit = choice >> 5 == 0 ? 0 : (size_t)16 << (choice >> 5)};
}

/* ---- Idempotency keys ---- */

enum { KEY_ROOM = 300 }; /* Some more than a key may have. */

/* Each input has keys of its own: nothing of a former one is found. */
static void add_key(struct fuzz_call *call, unsigned kind, const char *text, size_t size)
{
    static char key[KEY_ROOM];
    static unsigned number;
    const int begin = snprintf(key, sizeof key, "%u ", number++);
    const size_t room = sizeof key - (size_t)begin, taken = size < room ? size : room;
    if (kind < 2)
        return;
    if (kind == 3)
        memcpy(key + begin, text, taken);
    call->request.idempotency_key = key;
    call->request.idempotency_key_size = (size_t)begin + (kind == 3 ? taken : 0);
}

/* A retry gets the first answer; what was rejected is rejected likewise. */
static void check_retry(enum fuzz_operation operation, enum fuzz_actor actor,
                        const struct fuzz_call *call, const struct fuzz_answer *first)
{
    struct fuzz_answer again = fuzz_call_check(instance, operation, actor, call);
    EXPECT(again.resolved == first->resolved && strcmp(again.code, first->code) == 0, "%s, then %s",
           first->code, again.code);
    EXPECT(!first->resolved ||
               (again.size == first->size && memcmp(again.text, first->text, first->size) == 0),
           "%.*s", (int)again.size, again.text);
    free(again.text);
}

/* ---- An input ---- */

/* A new database now and then keeps organizations from piling up. */
static void restore(enum fuzz_operation operation, enum fuzz_actor actor,
                    const struct fuzz_input *arguments)
{
    enum { FEW = 4096 };
    static unsigned mutations;
    const struct fuzz_call call = fuzz_call_make(operation, actor, &names,
                                                 (const char *)arguments->data, arguments->size);
    if (++mutations % FEW == 0)
        world_remove(&instance);
    else
        world_undo(instance, operation, &call, &names);
    free(call.arguments);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    const uint8_t first = fuzz_byte(&input);
    const enum fuzz_operation operation = first % FUZZ_OPERATIONS;
    const enum fuzz_actor actor = fuzz_byte(&input) % FUZZ_ACTORS;
    const struct fuzz_reply reply = reply_of(fuzz_byte(&input));
    size_t selection_size;
    if (instance == NULL)
        open_world();
    char *selection = fuzz_until(&input, '\n', &selection_size);
    struct fuzz_call call = fuzz_call_make(operation, actor, &names, (const char *)input.data,
                                           input.size);
    call.selection = selection_size == 0 ? NULL : selection;
    call.selection_size = selection_size;
    call.reply = reply;
    add_key(&call, first / FUZZ_OPERATIONS % 4, selection, selection_size);
    struct fuzz_call retry = call;
    retry.arguments = malloc(call.arguments_size);
    EXPECT(retry.arguments != NULL);
    memcpy(retry.arguments, call.arguments, call.arguments_size);
    struct fuzz_answer answer = fuzz_call_check(instance, operation, actor, &call);
    if (operation == FUZZ_CREATE && call.request.idempotency_key != NULL)
        check_retry(operation, actor, &retry, &answer);
    else
        free(retry.arguments);
    if (answer.resolved && fuzz_is_mutation(operation))
        restore(operation, actor, &input);
    free(answer.text);
    free(selection);
    return 0;
}
