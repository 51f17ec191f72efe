// SPDX-License-Identifier: MIT
#include "tests/plugin/store/trails.h"

#include <criterion/criterion.h>

static const int64_t DAY = 86400000;

void trails_fill(struct store *store, const char *organization_id, int days)
{
    for (int day = 0; day < days; day++) {
        fixture_create(store, organization_id, "x", false);
        fixture_now_ms += DAY;
    }
}

int trails_sweep(struct store *store)
{
    int steps = 0;
    struct store_mutation mutation;
    do {
        mutation = (struct store_mutation){.kind = STORE_SWEEP};
        fixture_apply(store, &mutation);
        steps += mutation.status == STORE_OK;
    } while (mutation.status == STORE_OK && steps < 50);
    cr_expect_eq(mutation.status, STORE_NOT_FOUND, "%s", mutation.detail.text);
    return steps;
}

struct verifying {
    const char *organization_id;
    struct trail_check check;
};

static enum store_status verify(struct store_reader *reader, void *context)
{
    struct verifying *verifying = context;
    return store_verify_trail(reader, text_of(verifying->organization_id), &verifying->check);
}

struct trail_check trails_verify(struct store *store, const char *organization_id)
{
    struct verifying verifying = {.organization_id = organization_id};
    cr_assert_eq(fixture_read(store, verify, &verifying), STORE_OK);
    return verifying.check;
}

void trails_expect(struct store *store, const char *organization_id, int64_t removed,
                   int64_t length)
{
    const struct trail_check check = trails_verify(store, organization_id);
    cr_expect_eq(check.fault, TRAIL_SOUND, "%s: fault %d at %lld", organization_id, check.fault,
                 (long long)check.at);
    cr_expect_eq(check.checkpoint.head.length, removed, "%s: %lld", organization_id,
                 (long long)check.checkpoint.head.length);
    cr_expect_eq(check.head.length, length);
}
