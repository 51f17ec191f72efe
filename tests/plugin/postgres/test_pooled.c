// SPDX-License-Identifier: MIT
/* Through a pooler of transactions: each goes to any of the server's connections. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <string.h>

#include "tests/plugin/fixture.h"
#include "tests/plugin/postgres/space.h"

static struct scratch scratch;

static void make(void)
{
    scratch = scratch_make();
}

static void clean(void)
{
    scratch_remove(&scratch);
}

TestSuite(pooled, .init = make, .fini = clean, .timeout = 60);

/* The second gateway gets the connection of the first. */
Test(pooled, statements_that_are_prepared_are_refused_with_the_cure)
{
    struct store *first = NULL, *second = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    fixture_prepared_statements = true;
    cr_assert_eq(fixture_try_open(&scratch, "und", &first, &failure), GQL_OK, "%s",
                 failure.message);
    cr_expect_neq(fixture_try_open(&scratch, "und", &second, &failure), GQL_OK);
    cr_expect_not_null(strstr(failure.message, "set database.preparedStatements to false"), "%s",
                       failure.message);
    fixture_close(&second);
    fixture_close(&first);
}

enum { GATEWAYS = 3, CREATES = 40 };

static void *create_many(void *store)
{
    for (int i = 0; i < CREATES; i++)
        fixture_create(store, i % 2 == 0 ? "acme" : "globex", "x", i % 3 != 0);
    return NULL;
}

/* Together the gateways have four times as many connections as the pool. */
Test(pooled, gateways_have_more_connections_than_the_pool)
{
    pthread_t threads[GATEWAYS];
    struct store *stores[GATEWAYS];
    for (int i = 0; i < GATEWAYS; i++)
        stores[i] = fixture_open(&scratch, "und");
    for (int i = 0; i < GATEWAYS; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, create_many, stores[i]), 0);
    for (int i = 0; i < GATEWAYS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < GATEWAYS; i++) {
        const struct store_counts counts = fixture_counts(stores[i], "acme");
        cr_expect_eq(counts.active + counts.inactive, GATEWAYS * CREATES / 2);
        fixture_close(&stores[i]);
    }
}
