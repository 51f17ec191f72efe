// SPDX-License-Identifier: MIT
/*
 * bench PLUGIN FOLDER ROWS URL: fills an empty database on a server with so many integrations,
 * compares gateways on it with bare libpq on it, and prints a line of JSON for each figure.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/measure.h"
#include "tests/bench/postgres/bare.h"
#include "tests/bench/postgres/gateway.h"

enum { FILLING = 512 };

struct bench {
    struct gateway_place place;
    int rows;
    struct gateway *gateways[2];
    struct bare *bare;
};

/* ---- Filling ---- */

/* As in the other databases that are measured, each has a credential of 310 bytes. */
static const char credentials[] =
    "UPDATE integration SET credential_ref = convert_to('v4.public.' || repeat(md5(id::text), 10), "
    "'UTF8') WHERE credential_ref IS NULL";

static struct identifier *fill(struct bench *bench)
{
    const struct order order = {.kind = ORDER_FILL, .in_flight = FILLING, .count = bench->rows};
    struct gateway *gateway = gateway_start(&bench->place);
    gateway_send(gateway, &order);
    gateway_await(gateway);
    gateway_stop(&gateway);
    struct bare *bare = bare_open(bench->place.url);
    bare_execute(bare, credentials);
    bare_execute(bare, "VACUUM FULL ANALYZE");
    bare_execute(bare, "CHECKPOINT");
    struct identifier *ids = bare_ids(bare, &bench->place.id_count);
    bare_close(bare);
    return ids;
}

/* ---- Figures ---- */

static struct gateway_load load_of(const struct bench *bench, int gateways, enum order_kind kind,
                                   const char *organization, int in_flight)
{
    struct gateway_load load = {.count = gateways};
    for (int i = 0; i < gateways; i++) {
        load.gateways[i] = bench->gateways[i];
        load.orders[i] = (struct order){.kind = kind, .in_flight = in_flight};
        snprintf(load.orders[i].organization, sizeof load.orders[i].organization, "%s",
                 i == 0 ? organization : "org-3");
    }
    return load;
}

/* In short turns: other processes use the machine, too. */
static void compare(const struct bench *bench, const char *figure, struct gateway_load first,
                    bench_fn second, void *second_context, int count, int turns)
{
    bench_report(figure,
                 bench_compare_often(gateway_run, &first, second, second_context, count, turns),
                 bench->rows);
}

static void measure_gets(const struct bench *bench)
{
    struct gateway_load one = load_of(bench, 1, ORDER_GETS, "", 64);
    const struct gateway_load two = load_of(bench, 2, ORDER_GETS, "", 64);
    compare(bench, "postgres_get", one, bare_gets, bench->bare, 64 * 20, 15);
    compare(bench, "postgres_get_two_gateways", two, gateway_run, &one, 64 * 40, 9);
}

static void measure_pages(const struct bench *bench)
{
    struct gateway_load move = load_of(bench, 1, ORDER_ADVANCE, "org-1", 1),
                        half = load_of(bench, 1, ORDER_TOTALS, "org-1", 1),
                        deep = load_of(bench, 1, ORDER_PAGES, "org-1", 1);
    const struct gateway_load pages = deep, ten = load_of(bench, 1, ORDER_TOTALS, "org-100", 1);
    compare(bench, "postgres_page", pages, bare_pages, bench->bare, 20, 21);
    compare(bench, "postgres_total", ten, gateway_run, &half, 40, 21);
    gateway_run(&move, 100);
    move.orders[0].place = deep.orders[0].place = 1;
    gateway_run(&move, bench->rows / 2 - 200);
    compare(bench, "postgres_page_depth", pages, gateway_run, &deep, 20, 21);
}

static void measure_creates(const struct bench *bench)
{
    struct gateway_load one = load_of(bench, 1, ORDER_CREATES, "org-2", 1),
                        few = load_of(bench, 1, ORDER_CREATES, "org-2", 64),
                        many = load_of(bench, 1, ORDER_CREATES, "org-2", 256);
    compare(bench, "postgres_create_1", one, bare_commits, bench->bare, 20, 7);
    compare(bench, "postgres_create_64", few, bare_batches, bench->bare, 64 * 10, 5);
    bench_report("postgres_create_to_single_commits",
                 bench_compare(gateway_run, &few, 64 * 30, bare_commits, bench->bare, 300),
                 bench->rows);
    compare(bench, "postgres_create_256", many, bare_large, bench->bare, 256 * 6, 5);
    compare(bench, "postgres_create_1_two_gateways", load_of(bench, 2, ORDER_CREATES, "org-2", 1),
            gateway_run, &one, 20, 7);
    compare(bench, "postgres_create_64_two_gateways", load_of(bench, 2, ORDER_CREATES, "org-2", 64),
            gateway_run, &few, 64 * 20, 3);
    compare(bench, "postgres_create_256_two_gateways",
            load_of(bench, 2, ORDER_CREATES, "org-2", 256), gateway_run, &many, 256 * 12, 3);
}

int main(int argc, char **argv)
{
    if (argc != 5 || sodium_init() < 0)
        return 2;
    struct bench bench = {.place = {.plugin = argv[1], .folder = argv[2], .url = argv[4]},
                          .rows = atoi(argv[3])};
    fprintf(stderr, "Creating a database of %d rows …\n", bench.rows);
    struct identifier *ids = fill(&bench);
    bench.place.ids = ids;
    for (int i = 0; i < 2; i++)
        bench.gateways[i] = gateway_start(&bench.place);
    bench.bare = bare_open(bench.place.url);
    bare_use(bench.bare, ids, bench.place.id_count);
    bare_prepare(bench.bare);
    measure_gets(&bench);
    measure_pages(&bench);
    measure_creates(&bench);
    bare_close(bench.bare);
    for (int i = 0; i < 2; i++)
        gateway_stop(&bench.gateways[i]);
    free(ids);
    return 0;
}
