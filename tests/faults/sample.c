// SPDX-License-Identifier: MIT
#include "tests/faults/sample.h"

#include <criterion/criterion.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "plugin/store/collation.h"
#include "tests/plugin/fixture.h"

const char *const sample_organizations[SAMPLE_ORGANIZATIONS] = {"acme", "globex", "initech",
                                                                "umbrella"};

/* How many are created at once; the last one stays unknown. */
static const int sizes[SAMPLE_ORGANIZATIONS] = {200, 60, 8, 0};

static uint32_t random_number(void)
{
    static uint32_t state = 1;
    return state = state * 1664525u + 1013904223u;
}

static void randomize(void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        ((unsigned char *)bytes)[i] = (unsigned char)(random_number() >> 24);
}

static const char *random_name(void)
{
    return "the same numbers in each run";
}

/* So that a seed damages the same file in each run. */
static struct randombytes_implementation same_numbers = {.implementation_name = random_name,
                                                         .random = random_number,
                                                         .buf = randomize};

static void change(struct sample *sample, struct store *store, struct store_mutation mutation)
{
    fixture_apply(store, &mutation);
    cr_assert_eq(mutation.status, STORE_OK, "%s", mutation.detail.text);
    if (mutation.kind != STORE_CREATE)
        truth_remove(&sample->truth, &mutation.id);
    if (mutation.kind != STORE_DELETE)
        truth_add(&sample->truth, &mutation.result.integration);
    integration_copy_finish(&mutation.result);
}

void sample_title(char title[256], int i)
{
    const int size = snprintf(title, 256, i % 5 == 0 ? "Same as others %d" : "Integration %d",
                              i % 5 == 0 ? i % 3 : (i * 7919) % 1000);
    if (i % 7 != 0)
        return;
    memset(title + size, 'a' + i % 26, (size_t)(250 - size));
    title[250] = '\0';
}

static void create(struct sample *sample, struct store *store, const char *organization, int i)
{
    char title[256], credential_ref[400] = {0};
    sample_title(title, i);
    memset(credential_ref, 'A' + i % 26, sizeof credential_ref - 1);
    change(sample, store,
           (struct store_mutation){.kind = STORE_CREATE,
                                   .organization_id = text_of(organization),
                                   .title = text_of(title),
                                   .credential_ref = i % 3 == 0 ? text_of(credential_ref)
                                                                : NO_TEXT});
}

static void create_all(struct sample *sample, struct store *store)
{
    for (int organization = 0; organization < SAMPLE_ORGANIZATIONS; organization++) {
        for (int i = 0; i < sizes[organization]; i++)
            create(sample, store, sample_organizations[organization], i);
    }
}

static void deactivate_some(struct sample *sample, struct store *store)
{
    for (size_t i = 0; i < sample->truth.count; i += 3) {
        const struct integration item = sample->truth.items[i].integration;
        change(sample, store,
               (struct store_mutation){.kind = STORE_UPDATE,
                                       .id = item.id,
                                       .expected_version = item.version,
                                       .sets_active = true});
    }
}

static void delete_some(struct sample *sample, struct store *store)
{
    for (int i = 0; i < SAMPLE_DELETED; i++) {
        const struct integration *item =
            &sample->truth.items[(i * 37) % (int)sample->truth.count].integration;
        sample->deleted[i] = item->id;
        change(sample, store,
               (struct store_mutation){.kind = STORE_DELETE,
                                       .id = item->id,
                                       .expected_version = item->version});
    }
}

static struct image load(const struct scratch *scratch)
{
    struct image image = {malloc(1 << 20), 0};
    FILE *file = fopen(scratch_file(scratch, "integrations.db"), "rbe");
    cr_assert(image.bytes != NULL && file != NULL);
    image.size = fread(image.bytes, 1, 1 << 20, file);
    fclose(file);
    return image;
}

void sample_make(struct sample *sample, const struct scratch *scratch)
{
    static void (*const steps[SAMPLE_OLDER + 1])(struct sample *, struct store *) = {
        create_all, create_all, delete_some, deactivate_some, create_all,
    };
    gql_failure failure = {.struct_size = sizeof failure};
    *sample = (struct sample){.image = {NULL, 0}};
    cr_assert_eq(randombytes_set_implementation(&same_numbers), 0);
    cr_assert_eq(collation_open("und", &sample->collation, &failure), GQL_OK);
    sample->truth.collation = sample->collation;
    for (int i = 0; i <= SAMPLE_OLDER; i++) {
        struct store *store = fixture_open(scratch, "und");
        steps[i](sample, store);
        fixture_close(&store);
        *(i < SAMPLE_OLDER ? &sample->older[i] : &sample->image) = load(scratch);
    }
}

void sample_finish(struct sample *sample)
{
    truth_finish(&sample->truth);
    collation_close(&sample->collation);
    free(sample->image.bytes);
    for (int i = 0; i < SAMPLE_OLDER; i++)
        free(sample->older[i].bytes);
}
