// SPDX-License-Identifier: MIT
/*
 * Damaged database files. An input is a list of changes to a small, good file, six bytes each: the
 * kind, a place among the bytes that are not 0, a number. Whatever they do, each operation is
 * completed, with an error or with a value that fits the schema.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/plugin/world.h"
#include "vault/file.h"

enum { CHANGE_SIZE = 6, PAGE = 4096, FILE_LIMIT = 1 << 20 };

static char path[96];
static unsigned char *original, *damaged;
static size_t original_size, damaged_size;
static uint32_t *places; /* Of the bytes that are not 0. */
static size_t place_count;
static struct fuzz_names names;

static void make_original(void)
{
    gql_instance *instance = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    struct vault_failure reading;
    EXPECT(world_create(&instance, &failure) == GQL_OK, "%s", failure.message);
    world_fill(instance, &names);
    fuzz_plugin()->drain(instance);
    fuzz_plugin()->destroy(instance);
    snprintf(path, sizeof path, "%s/database", world_folder());
    EXPECT(vault_file_read(path, FILE_LIMIT, (char **)&original, &original_size, &reading), "%s",
           reading.message);
    damaged = malloc(original_size);
    places = malloc(original_size * sizeof *places);
    EXPECT(damaged != NULL && places != NULL);
    for (size_t i = 0; i < original_size; i++)
        if (original[i] != 0)
            places[place_count++] = (uint32_t)i;
}

/* ---- Damage ---- */

static void change(uint8_t kind, size_t place, const uint8_t number[3])
{
    const size_t left = damaged_size - place;
    switch (kind % 5) {
    case 0:
        damaged[place] = number[0];
        break;
    case 1:
        memcpy(damaged + place, number, left < 3 ? left : 3);
        break;
    case 2:
        memset(damaged + place, number[0], left < number[1] ? left : number[1]);
        break;
    case 3: /* A page in the place of another. */
        memcpy(damaged + place / PAGE * PAGE, damaged + number[0] % (original_size / PAGE) * PAGE,
               PAGE);
        break;
    default: /* Cut off. */
        damaged_size = place + 1;
        break;
    }
}

static void damage(struct fuzz_input *input)
{
    memcpy(damaged, original, original_size);
    damaged_size = original_size;
    while (input->size >= CHANGE_SIZE) {
        const uint8_t *bytes = input->data;
        const size_t place = places[(bytes[1] << 8 | bytes[2]) % place_count];
        if (place < damaged_size && (bytes[0] % 5 != 3 || damaged_size == original_size))
            change(bytes[0], place, bytes + 3);
        input->data += CHANGE_SIZE;
        input->size -= CHANGE_SIZE;
    }
}

static void write_database(void)
{
    FILE *file = fopen(path, "wb");
    EXPECT(file != NULL && fwrite(damaged, 1, damaged_size, file) == damaged_size &&
           fclose(file) == 0);
}

/* ---- Use ---- */

static void use(gql_instance *instance)
{
    static const struct {
        enum fuzz_operation operation;
        const char *arguments;
    } calls[] = {
        {FUZZ_INTEGRATION, "{\"id\":\"@0\"}"},
        {FUZZ_LOAD, "{\"ids\":[\"@1\",\"@2\",\"@5\",\"@7\"]}"},
        {FUZZ_INTEGRATIONS, "{\"organizationId\":\"acme\",\"first\":4,\"after\":\"#0\"}"},
        {FUZZ_INTEGRATIONS, "{\"organizationId\":\"acme\",\"last\":9,"
                            "\"orderBy\":{\"field\":\"TITLE\",\"direction\":\"DESC\"}}"},
        {FUZZ_INTEGRATIONS, "{\"organizationId\":\"beta\",\"filter\":{\"isActive\":true}}"},
        {FUZZ_CREATE, "{\"input\":{\"organizationId\":\"acme\",\"title\":\"beta 3\"}}"},
        {FUZZ_UPDATE,
         "{\"input\":{\"id\":\"@3\",\"version\":1,\"title\":\"x\",\"isActive\":false}}"},
        {FUZZ_DELETE, "{\"input\":{\"id\":\"@4\",\"version\":1}}"},
        {FUZZ_INTEGRATIONS, "{\"organizationId\":\"acme\"}"},
    };
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        const struct fuzz_call call = fuzz_call_make(calls[i].operation, FUZZ_EVERYTHING, &names,
                                                     calls[i].arguments,
                                                     strlen(calls[i].arguments));
        free(fuzz_call_check(instance, calls[i].operation, FUZZ_EVERYTHING, &call).text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    gql_instance *instance = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    if (original == NULL)
        make_original();
    damage(&input);
    write_database();
    if (world_create(&instance, &failure) == GQL_OK)
        use(instance);
    else
        fuzz_check_message(failure.message);
    world_remove(&instance);
    return 0;
}
