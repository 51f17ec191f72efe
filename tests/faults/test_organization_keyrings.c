// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "plugin/base/executors.h"
#include "plugin/instance/organization_keyrings.h"
#include "tests/faults/fault.h"
#include "vault/keyring_content.h"

static char folder[64], pattern[128];
static const struct executors_sizes sizes = {.storage = 1};
static struct executors *executors;
static struct organization_keyrings keyrings;
static atomic_int warnings;

static void count(void *user, enum vault_log_level level, const char *message)
{
    (void)user;
    cr_assert_not_null(strstr(message, "organization '"), "%s", message);
    atomic_fetch_add(&warnings, level == VAULT_LOG_WARNING);
}

static void put(const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s.json", folder, name);
    FILE *file = fopen(path, "w");
    cr_assert(file != NULL && fputs("{\"version\":1,\"keys\":[]}", file) >= 0 && fclose(file) == 0);
}

static void make(void)
{
    fault_init();
    strcpy(folder, "/tmp/organization-keyrings-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    snprintf(pattern, sizeof pattern, "%s/{organization}.json", folder);
    executors = executors_acquire(&sizes);
    organization_keyrings_init(&keyrings, pattern, &executors->storage, count, NULL, &keyrings);
}

static void clean(void)
{
    char command[128];
    organization_keyrings_finish(&keyrings);
    executors_release(&executors);
    snprintf(command, sizeof command, "rm -r %s", folder);
    cr_assert_eq(system(command), 0);
}

TestSuite(organization_keyrings, .init = make, .fini = clean);

static bool has(const char *organization_id)
{
    struct vault_keyring *keyring = organization_keyrings_current(&keyrings,
                                                                  text_of(organization_id));
    const bool found = keyring != NULL;
    vault_keyring_release(&keyring);
    return found;
}

static int count_joined(void)
{
    pthread_mutex_lock(&keyrings.lock);
    const int joined = keyrings.count;
    pthread_mutex_unlock(&keyrings.lock);
    return joined;
}

Test(organization_keyrings, so_many_stay_joined_and_the_others_are_read_again)
{
    enum { MORE = 5 };
    char name[32];
    for (int i = 0; i < ORGANIZATION_KEYRINGS + MORE; i++) {
        snprintf(name, sizeof name, "o%d", i);
        put(name);
        cr_assert(has(name));
    }
    cr_expect_eq(count_joined(), ORGANIZATION_KEYRINGS);
    fault_begin((struct fault){0});
    cr_expect(has("o1004") && has("o5"));
    cr_expect_eq(fault_calls(FAULT_OPEN), 0, "it was joined");
    cr_expect(has("o0"));
    cr_expect_gt(fault_calls(FAULT_OPEN), 0, "it was not joined");
    fault_end();
    cr_expect_eq(count_joined(), ORGANIZATION_KEYRINGS);
    cr_expect_eq(atomic_load(&warnings), 0);
}

Test(organization_keyrings, idle_ones_are_left)
{
    put("acme");
    put("beta");
    fault_set_clock(1000000);
    cr_expect(has("acme") && has("beta"));
    for (int i = 1; i < 6000 && count_joined() > 0; i++) {
        fault_set_clock(1000000 + i * INT64_C(1000));
        usleep(10000);
    }
    cr_expect_eq(count_joined(), 0);
    cr_expect(has("acme"));
}

Test(organization_keyrings, of_warnings_one_a_minute)
{
    fault_set_clock(1000000);
    cr_expect_not(has("acme") || has("beta"));
    cr_expect_eq(atomic_load(&warnings), 1);
    fault_set_clock(1061000);
    cr_expect_not(has("acme"));
    cr_expect_eq(atomic_load(&warnings), 2);
}

/* Whatever fails once, the next token finds its keyring. */
Test(organization_keyrings, every_call_that_fails_is_recovered_from)
{
    static const int errors[] = {[FAULT_ALLOCATE] = ENOMEM,
                                 [FAULT_OPEN] = EMFILE,
                                 [FAULT_STAT] = EACCES,
                                 [FAULT_FSTAT] = EIO,
                                 [FAULT_READ] = EIO};
    int64_t now = 1000000;
    put("acme");
    fault_set_clock(now);
    for (enum fault_call call = 0; call < FAULT_CALLS; call++) {
        int refused = 0;
        for (int first = 1, failed = 1; failed; first++) {
            organization_keyrings_finish(&keyrings);
            organization_keyrings_init(&keyrings, pattern, &executors->storage, count, NULL,
                                       &keyrings);
            fault_begin((struct fault){call, first, 1, errors[call]});
            refused += !has("acme");
            failed = fault_end();
            fault_set_clock(now += 250); /* One that could not be read is tried again then. */
            cr_expect(has("acme"), "call %d, number %d", call, first);
        }
        cr_expect_gt(refused, 0, "no call of the kind %d failed", call);
    }
}

static void *use(void *argument)
{
    char name[32];
    for (int i = 0; i < 300; i++) {
        snprintf(name, sizeof name, "o%d", (*(int *)argument + i) % 7);
        cr_assert(has(name));
    }
    return NULL;
}

Test(organization_keyrings, threads_join_the_same_ones)
{
    pthread_t threads[4];
    int firsts[4];
    char name[32];
    for (int i = 0; i < 7; i++) {
        snprintf(name, sizeof name, "o%d", i);
        put(name);
    }
    for (int i = 0; i < 4; i++) {
        firsts[i] = i / 2;
        cr_assert_eq(pthread_create(&threads[i], NULL, use, &firsts[i]), 0);
    }
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    cr_expect_eq(count_joined(), 7);
}
