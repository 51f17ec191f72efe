// SPDX-License-Identifier: MIT
/*
 * bench PLUGIN FOLDER ROWS [MODE]: measures a plugin on a database of ROWS rows in FOLDER, which it
 * creates if it is missing.
 *
 * Without a mode: compares the plugin with the limit and prints a line of JSON for each figure.
 * `memory`: prints what an instance takes.
 * `instructions KIND COUNT`: does COUNT operations of a kind and prints nothing, for callgrind. The
 * rest of such a run does not depend on COUNT.
 */
#include <pthread.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/base/identifier.h"
#include "tests/bench/data.h"
#include "tests/bench/limit.h"
#include "tests/bench/measure.h"
#include "tests/bench/subject.h"

enum { TOKENS = 30000, FEW_TOKENS = 1000, SAMPLES = 20000 };

struct bench {
    const char *plugin;
    const char *folder;
    int rows;
    char database[256];
    char written[256]; /* A copy of the database, for writes. */
    struct identifier *ids;
};

/* ---- Two threads ---- */

struct share {
    bench_fn function;
    void *context;
    int count;
};

static void *run_share(void *argument)
{
    const struct share *share = argument;
    share->function(share->context, share->count);
    return NULL;
}

struct pair {
    bench_fn function;
    void *contexts[2];
};

static void run_pair(void *context, int count)
{
    const struct pair *pair = context;
    pthread_t threads[2];
    struct share shares[2];
    for (int i = 0; i < 2; i++) {
        shares[i] = (struct share){pair->function, pair->contexts[i], count / 2};
        pthread_create(&threads[i], NULL, run_share, &shares[i]);
    }
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
}

/* ---- Reading ---- */

static struct caller caller_of(const struct bench *bench, struct subject *subject, uint64_t seed,
                               const char *organization)
{
    return (struct caller){.subject = subject,
                           .ids = bench->ids,
                           .id_count = (uint32_t)bench->rows,
                           .random = seed,
                           .organization = organization,
                           .in_flight = 64};
}

static void measure_get(const struct bench *bench, struct subject *subject)
{
    struct limit *limits[2] = {limit_open(bench->database, bench->ids, bench->rows),
                               limit_open(bench->database, bench->ids, bench->rows)};
    struct caller callers[2] = {caller_of(bench, subject, 1, NULL),
                                caller_of(bench, subject, 2, NULL)};
    const int count = 60000;
    bench_report("get", bench_compare(subject_get, &callers[0], count, limit_get, limits[0], count),
                 bench->rows);
    struct pair ours = {subject_get, {&callers[0], &callers[1]}},
                bare = {limit_get, {limits[0], limits[1]}};
    struct ratio own = bench_compare(run_pair, &ours, 2 * count, subject_get, &callers[0], count);
    struct ratio theirs = bench_compare(run_pair, &bare, 2 * count, limit_get, limits[0], count);
    bench_report("get_two_threads",
                 (struct ratio){own.median / theirs.median, own.least / theirs.most,
                                own.most / theirs.least, own.median, theirs.median},
                 bench->rows);
    limit_close(limits[0]);
    limit_close(limits[1]);
}

static void measure_pages(const struct bench *bench, struct subject *subject)
{
    struct limit *limit = limit_open(bench->database, bench->ids, bench->rows);
    struct caller start = caller_of(bench, subject, 1, "org-1"), deep = start,
                  small = caller_of(bench, subject, 1, "org-100");
    const int depth = bench->rows / 2 > 500000 ? 500000 : bench->rows / 2 - 100, count = 600;
    bench_report("page_100", bench_compare(subject_page, &start, count, limit_page, limit, count),
                 bench->rows);
    subject_advance(&start, 100);
    subject_advance(&deep, depth - 100);
    bench_report("page_depth",
                 bench_compare(subject_page, &start, count, subject_page, &deep, count),
                 bench->rows);
    start.after[0] = '\0';
    bench_report("total", bench_compare(subject_total, &small, 30000, subject_total, &start, 30000),
                 bench->rows);
    limit_close(limit);
}

/* ---- Writing ---- */

static void measure_creates(const struct bench *bench, struct subject *subject)
{
    struct limit *limit = limit_open(bench->written, bench->ids, bench->rows);
    struct caller many = caller_of(bench, subject, 1, NULL), one = many;
    one.in_flight = 1;
    struct ratio to_verify = bench_compare(subject_create, &many, 3000, limit_verify, NULL, 3000);
    struct ratio to_commits = bench_compare(subject_create, &many, 3000, limit_commit_64, limit,
                                            3000);
    bench_report("create_to_verification", to_verify, bench->rows);
    bench_report("create_to_commits_of_64", to_commits, bench->rows);
    bench_report("create_64", to_verify.second < to_commits.second ? to_verify : to_commits,
                 bench->rows);
    bench_report("create_to_single_commits",
                 bench_compare(subject_create, &many, 3000, limit_commit, limit, 1000),
                 bench->rows);
    /* A ratio of latencies, so the limit's rate is divided by the plugin's. */
    bench_report("create_latency",
                 bench_compare(limit_verify_and_commit, limit, 800, subject_create, &one, 800),
                 bench->rows);
    limit_close(limit);
}

struct load {
    struct caller caller;
    atomic_bool stop;
};

static void *create_until_stopped(void *argument)
{
    struct load *load = argument;
    while (!atomic_load(&load->stop))
        subject_create(&load->caller, 500);
    return NULL;
}

static double sample_p99(struct caller *caller)
{
    static double samples[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
        const uint64_t begin = bench_now();
        subject_get(caller, 1);
        samples[i] = (double)(bench_now() - begin);
    }
    return bench_percentile(samples, SAMPLES, 0.99);
}

static void measure_tail(const struct bench *bench, struct subject *subject)
{
    double ratios[ROUNDS], idle[ROUNDS], loaded[ROUNDS];
    struct caller reader = caller_of(bench, subject, 1, NULL);
    for (int i = 0; i < ROUNDS; i++) {
        pthread_t thread;
        struct load load = {.caller = caller_of(bench, subject, 2, NULL)};
        idle[i] = sample_p99(&reader);
        pthread_create(&thread, NULL, create_until_stopped, &load);
        loaded[i] = sample_p99(&reader);
        atomic_store(&load.stop, true);
        pthread_join(thread, NULL);
        ratios[i] = loaded[i] / idle[i];
    }
    const double median = bench_percentile(ratios, ROUNDS, 0.5);
    bench_report("read_p99_under_creates",
                 (struct ratio){median, ratios[0], ratios[ROUNDS - 1],
                                bench_percentile(loaded, ROUNDS, 0.5),
                                bench_percentile(idle, ROUNDS, 0.5)},
                 bench->rows);
}

/* ---- Memory ---- */

static void print_memory(const char *figure, int rows)
{
    char line[128];
    long anonymous = 0, file_backed = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (fgets(line, sizeof line, file) != NULL) {
        sscanf(line, "RssAnon: %ld", &anonymous);
        sscanf(line, "RssFile: %ld", &file_backed);
    }
    fclose(file);
    printf("{\"figure\":\"%s\",\"rows\":%d,\"anonymous_kib\":%ld,\"mapped_kib\":%ld}\n", figure,
           rows, anonymous, file_backed);
}

static void measure_memory(const struct bench *bench)
{
    print_memory("memory_before", bench->rows);
    struct subject *subject = subject_open_file(bench->plugin, bench->database, bench->folder);
    print_memory("memory_idle", bench->rows);
    int scanned = 0;
    for (int i = 1; i <= ORGANIZATIONS; i++) {
        char organization[16];
        snprintf(organization, sizeof organization, "org-%d", i);
        struct caller caller = caller_of(bench, subject, 1, organization);
        scanned += subject_scan(&caller);
    }
    if (scanned != bench->rows) {
        fprintf(stderr, "bench: found %d of %d rows\n", scanned, bench->rows);
        exit(1);
    }
    print_memory("memory_scanned", bench->rows);
    subject_close(subject);
}

static void copy_database(const struct bench *bench)
{
    char command[2048];
    snprintf(command, sizeof command, "rm -f '%s' '%s-wal' '%s-shm' && cp --reflink=auto '%s' '%s'",
             bench->written, bench->written, bench->written, bench->database, bench->written);
    if (system(command) != 0)
        exit(1);
}

static void measure_figures(const struct bench *bench)
{
    struct subject *subject = subject_open_file(bench->plugin, bench->database, bench->folder);
    measure_get(bench, subject);
    measure_pages(bench, subject);
    subject_close(subject);
    copy_database(bench);
    subject = subject_open_file(bench->plugin, bench->written, bench->folder);
    subject_sign(subject, TOKENS);
    measure_creates(bench, subject);
    measure_tail(bench, subject);
    subject_close(subject);
}

/* ---- Instructions ---- */

static const struct kind {
    const char *name;
    bench_fn function;
    bool has_tokens;
} kinds[] = {
    {"get", subject_get, false},       {"page", subject_page, false},
    {"create", subject_create, true},  {"create-without-token", subject_create, false},
    {"delete", subject_delete, false},
};

static const struct kind *find_kind(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    }
    return NULL;
}

/*
 * Calls one at a time, or timing would decide how many creates share a commit. All tokens are
 * signed whatever the count is, and each is used once, since the plugin remembers valid ones.
 */
static void run_operations(const struct bench *bench, const struct kind *kind, int count)
{
    copy_database(bench);
    struct subject *subject = subject_open_file(bench->plugin, bench->written, bench->folder);
    struct caller caller = caller_of(bench, subject, 1, "org-1");
    caller.in_flight = 1;
    if (kind->has_tokens && count > FEW_TOKENS) {
        fprintf(stderr, "bench: COUNT must be at most %d, the number of tokens\n", FEW_TOKENS);
        exit(1);
    }
    if (kind->has_tokens)
        subject_sign(subject, FEW_TOKENS);
    kind->function(&caller, count);
    subject_close(subject);
}

static int run_mode(const struct bench *bench, int argc, char **argv)
{
    const bool counts = argc == 3 && strcmp(argv[0], "instructions") == 0;
    const struct kind *kind = counts ? find_kind(argv[1]) : NULL;
    if (argc == 0)
        measure_figures(bench);
    else if (argc == 1 && strcmp(argv[0], "memory") == 0)
        measure_memory(bench);
    else if (kind != NULL)
        run_operations(bench, kind, atoi(argv[2]));
    else
        return 2;
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 4 || sodium_init() < 0)
        return 2;
    /* The plugin does this if SQLite is not yet initialized, but here the bench uses it first. */
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    struct bench bench = {.plugin = argv[1], .folder = argv[2], .rows = atoi(argv[3])};
    snprintf(bench.database, sizeof bench.database, "%s/%d.db", bench.folder, bench.rows);
    snprintf(bench.written, sizeof bench.written, "%s/written.db", bench.folder);
    data_ensure(bench.plugin, bench.folder, bench.database, bench.rows);
    bench.ids = data_ids(bench.database, bench.rows);
    const int status = run_mode(&bench, argc - 4, argv + 4);
    free(bench.ids);
    return status;
}
