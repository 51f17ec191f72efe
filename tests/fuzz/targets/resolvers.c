// SPDX-License-Identifier: MIT
/*
 * The plugin's resolvers. An input begins with the operation, the actor and the behaviour of the
 * reply, a byte each; a line with the selection follows, then the arguments with placeholders (see
 * fuzz_names). Each input meets the same rows.
 */
#include <stdlib.h>

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
    const enum fuzz_operation operation = fuzz_byte(&input) % FUZZ_OPERATIONS;
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
    struct fuzz_answer answer = fuzz_call_check(instance, operation, actor, &call);
    if (answer.resolved && fuzz_is_mutation(operation))
        restore(operation, actor, &input);
    free(answer.text);
    free(selection);
    return 0;
}
