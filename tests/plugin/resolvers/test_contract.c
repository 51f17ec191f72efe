// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/resolvers/contract.h"

/* A call in which everything is as it should be. */
struct world {
    gql_grant grant;
    const gql_grant *grants[1];
    gql_request request;
    gql_selection child, selection;
    gql_call call;
    gql_reply reply;
};

static void world_init(struct world *world)
{
    memset(world, 0, sizeof *world);
    world->grant.struct_size = sizeof world->grant;
    world->grants[0] = &world->grant;
    world->request = (gql_request){.struct_size = sizeof world->request,
                                   .grants = world->grants,
                                   .grant_count = 1};
    world->child.struct_size = sizeof world->child;
    world->selection.struct_size = sizeof world->selection;
    world->selection.children = &world->child;
    world->call = (gql_call){.struct_size = sizeof world->call,
                             .arguments = "{}",
                             .arguments_size = 2,
                             .selection = &world->selection,
                             .request = &world->request};
    world->reply.struct_size = sizeof world->reply;
}

Test(contract, a_right_call_is_taken)
{
    struct world world;
    world_init(&world);
    cr_expect(contract_is_kept(&world.call, &world.reply));
    world.call.selection = NULL;
    world.call.request = NULL;
    cr_expect(contract_is_kept(&world.call, &world.reply));
    world.call.flags = 0xFFFF;
    cr_expect(contract_is_kept(&world.call, &world.reply), "bits 0 to 15 may be ignored");
}

Test(contract, structs_below_the_baseline_are_refused)
{
    struct world world;
    const struct {
        uint32_t *size;
        uint32_t baseline;
    } structs[] = {
        {&world.grant.struct_size, GQL_GRANT_SIZE_0_2},
        {&world.request.struct_size, GQL_REQUEST_SIZE_0_2},
        {&world.child.struct_size, GQL_SELECTION_SIZE_0_2},
        {&world.selection.struct_size, GQL_SELECTION_SIZE_0_2},
        {&world.call.struct_size, GQL_CALL_SIZE_0_2},
        {&world.reply.struct_size, GQL_REPLY_SIZE_0_2},
    };
    for (size_t i = 0; i < sizeof structs / sizeof *structs; i++) {
        world_init(&world);
        *structs[i].size = structs[i].baseline - 1;
        cr_expect_not(contract_is_kept(&world.call, &world.reply), "struct %zu", i);
        *structs[i].size = structs[i].baseline;
        cr_expect(contract_is_kept(&world.call, &world.reply), "struct %zu", i);
        *structs[i].size = structs[i].baseline + 1000;
        cr_expect(contract_is_kept(&world.call, &world.reply), "struct %zu", i);
    }
}

Test(contract, arguments_that_are_missing_are_refused)
{
    struct world world;
    world_init(&world);
    world.call.arguments = NULL;
    cr_expect_not(contract_is_kept(&world.call, &world.reply), "with a size");
    world.call.arguments_size = 0;
    cr_expect_not(contract_is_kept(&world.call, &world.reply), "without one");
}

Test(contract, what_must_be_understood_is_refused)
{
    struct world world;
    for (uint32_t bit = 16; bit < 32; bit++) {
        world_init(&world);
        world.call.flags = 1u << bit;
        cr_expect_not(contract_is_kept(&world.call, &world.reply), "bit %u", bit);
    }
    world_init(&world);
    world.request.reserved = 1;
    cr_expect_not(contract_is_kept(&world.call, &world.reply));
    world_init(&world);
    world.reply.reserved = 1;
    cr_expect_not(contract_is_kept(&world.call, &world.reply));
}

/* Memory of exactly struct_size bytes: AddressSanitizer sees every read beyond. */
Test(contract, nothing_is_read_beyond_a_small_struct)
{
    for (uint32_t size = sizeof(uint32_t); size < GQL_CALL_SIZE_0_2; size += 4) {
        struct world world;
        world_init(&world);
        world.call.struct_size = size;
        void *volatile call = malloc(size); /* Of a size that the compiler does not know. */
        memcpy(call, &world.call, size);
        cr_expect_not(contract_is_kept(call, &world.reply));
        free(call);
    }
}
