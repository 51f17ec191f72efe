// SPDX-License-Identifier: MIT
/*
 * Damaged files: a store refuses them, answers right, or says that it found damage, and from then
 * on writes nothing. What it can't see is counted by what is wrong with the answers.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/faults/examination.h"

enum { PATIENCE_SECONDS = 60 };

static struct scratch scratch;
static struct sample sample;
static struct finding *finding; /* Shared with the process that examines. */

static void make(void)
{
    scratch = scratch_make();
    sample_make(&sample, &scratch);
    finding = mmap(NULL, sizeof *finding, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
                   0);
    cr_assert_neq((void *)finding, MAP_FAILED);
}

static void clean(void)
{
    munmap(finding, sizeof *finding);
    sample_finish(&sample);
    scratch_remove(&scratch);
}

static bool is_whole(void)
{
    return getenv("FAULTS_WHOLE") != NULL;
}

TestSuite(damaged_files, .init = make, .fini = clean);

static void write_file(const struct image *image)
{
    static const char *const names[] = {"integrations.db-wal", "integrations.db-shm"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(scratch_file(&scratch, names[i]));
    FILE *file = fopen(scratch_file(&scratch, "integrations.db"), "wbe");
    cr_assert_not_null(file);
    cr_assert_eq(fwrite(image->bytes, 1, image->size, file), image->size);
    cr_assert_eq(fclose(file), 0);
}

static struct damage write_damaged(uint64_t seed)
{
    struct image image = {malloc(sample.image.size), sample.image.size};
    cr_assert_not_null(image.bytes);
    memcpy(image.bytes, sample.image.bytes, image.size);
    const struct damage damage = damage_apply(&image, &sample.older[seed % SAMPLE_OLDER], seed);
    write_file(&image);
    free(image.bytes);
    return damage;
}

/* A crash, or a call that never ends, is seen by how the process ends. */
static void examine_in_child(uint64_t seed)
{
    int status;
    *finding = (struct finding){.outcome = OUTCOME_RIGHT};
    const pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        alarm(PATIENCE_SECONDS);
        examine(&sample, &scratch, finding);
        _exit(0);
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "seed %d: ended by %d", (int)seed,
              status);
}

static const char *const outcome_names[OUTCOMES] = {"right", "refused", "named", "silent",
                                                    "unclear"};

static void print_silent(uint64_t seed, const struct damage *damage)
{
    fprintf(stderr, "# seed %d: %s, %s, page %u: get %x, page %x, count %x, write %x%s\n",
            (int)seed, damage_kind_name(damage->kind), damage_place_name(damage->place),
            damage->page, finding->gets, finding->pages, finding->counts, finding->writes,
            finding->damage_named ? "; other calls named it" : "");
}

/* Outcomes by kind and by place; the last row is the sum. */
struct tally {
    int kinds[DAMAGE_KINDS + 1][OUTCOMES], places[DAMAGE_PLACES][OUTCOMES];
};

static void count_outcome(struct tally *tally, const struct damage *damage)
{
    tally->kinds[damage->kind][finding->outcome]++;
    tally->kinds[DAMAGE_KINDS][finding->outcome]++;
    tally->places[damage->place][finding->outcome]++;
}

static void print_row(const char *name, const int counts[OUTCOMES])
{
    fprintf(stderr, "# %-14s", name);
    for (int i = 0; i < OUTCOMES; i++)
        fprintf(stderr, " %5d %s", counts[i], outcome_names[i]);
    fputc('\n', stderr);
}

static void print_tally(const struct tally *tally)
{
    for (int i = 0; i < DAMAGE_KINDS; i++)
        print_row(damage_kind_name((enum damage_kind)i), tally->kinds[i]);
    for (int i = 0; i < DAMAGE_PLACES; i++)
        print_row(damage_place_name((enum damage_place)i), tally->places[i]);
    print_row("all", tally->kinds[DAMAGE_KINDS]);
}

static void expect_clear(uint64_t seed, const struct damage *damage)
{
    cr_expect_neq(finding->outcome, OUTCOME_UNCLEAR, "seed %d: %s", (int)seed, finding->text);
    if (finding->outcome != OUTCOME_SILENT)
        return;
    if (is_whole())
        print_silent(seed, damage);
    cr_expect_eq(finding->pages & (WRONG_EXTRA | WRONG_ORDER | WRONG_TWICE), 0, "seed %d",
                 (int)seed);
    cr_expect_neq(damage->kind, DAMAGE_ZEROED, "seed %d", (int)seed);
}

Test(damaged_files, are_refused_or_named, .timeout = 1800)
{
    struct tally tally = {0};
    const int count = is_whole() ? 4000 : 80;
    for (int seed = 0; seed < count; seed++) {
        const struct damage damage = write_damaged((uint64_t)seed);
        examine_in_child((uint64_t)seed);
        count_outcome(&tally, &damage);
        expect_clear((uint64_t)seed, &damage);
    }
    print_tally(&tally);
    const int *all = tally.kinds[DAMAGE_KINDS];
    cr_expect_leq(all[OUTCOME_SILENT] * 100, count * 11, "%d are silent", all[OUTCOME_SILENT]);
}
