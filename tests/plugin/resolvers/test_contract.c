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
    cr_expect(contract_is_kept(&world.call, &world.reply, false));
    world.call.selection = NULL;
    world.call.request = NULL;
    cr_expect(contract_is_kept(&world.call, &world.reply, false));
    world.call.flags = 0xFFFF;
    cr_expect(contract_is_kept(&world.call, &world.reply, false), "bits 0 to 15 may be ignored");
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
        cr_expect_not(contract_is_kept(&world.call, &world.reply, false), "struct %zu", i);
        *structs[i].size = structs[i].baseline;
        cr_expect(contract_is_kept(&world.call, &world.reply, false), "struct %zu", i);
        *structs[i].size = structs[i].baseline + 1000;
        cr_expect(contract_is_kept(&world.call, &world.reply, false), "struct %zu", i);
    }
}

Test(contract, arguments_that_are_missing_are_refused)
{
    struct world world;
    world_init(&world);
    world.call.arguments = NULL;
    cr_expect_not(contract_is_kept(&world.call, &world.reply, false), "with a size");
    world.call.arguments_size = 0;
    cr_expect_not(contract_is_kept(&world.call, &world.reply, false), "without one");
}

Test(contract, what_must_be_understood_is_refused)
{
    struct world world;
    for (uint32_t bit = 16; bit < 32; bit++) {
        world_init(&world);
        world.call.flags = 1u << bit;
        cr_expect_not(contract_is_kept(&world.call, &world.reply, false), "bit %u", bit);
    }
    world_init(&world);
    world.request.reserved = 1;
    cr_expect_not(contract_is_kept(&world.call, &world.reply, false));
    world_init(&world);
    world.reply.reserved = 1;
    cr_expect_not(contract_is_kept(&world.call, &world.reply, false));
}

Test(contract, a_shaped_call_has_a_shape_and_a_resolver_that_knows_it)
{
    struct world world;
    gql_shape child = {.struct_size = sizeof child};
    gql_shape shape = {.struct_size = sizeof shape, .children = &child};
    world_init(&world);
    world.call.selection = NULL;
    world.call.flags = GQL_CALL_SHAPED;
    cr_expect_not(contract_is_kept(&world.call, &world.reply, true), "without a shape");
    world.call.shape = &shape;
    cr_expect(contract_is_kept(&world.call, &world.reply, true));
    cr_expect_not(contract_is_kept(&world.call, &world.reply, false), "not known there");
    child.struct_size = GQL_SHAPE_SIZE_0_2 - 1;
    cr_expect_not(contract_is_kept(&world.call, &world.reply, true), "a small node");
    child.struct_size = GQL_SHAPE_SIZE_0_2;
    cr_expect(contract_is_kept(&world.call, &world.reply, true));
    world.call.flags = GQL_CALL_SHAPED | 1u << 17;
    cr_expect_not(contract_is_kept(&world.call, &world.reply, true), "another bit");
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
        cr_expect_not(contract_is_kept(call, &world.reply, false));
        free(call);
    }
}
