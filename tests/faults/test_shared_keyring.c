// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plugin/base/executors.h"
#include "plugin/instance/shared_keyring.h"
#include "tests/faults/fault.h"
#include "vault/keyring_content.h"

static const char empty[] = "{\"version\":1,\"keys\":[]}";
static const char revoking[] = "{\"version\":1,\"keys\":[],\"revokedTokens\":[\"t1\"]}";
static const char audience_a, audience_b;
static char path[64], other_path[64];
static const struct executors_sizes sizes = {.storage = 1};
static struct executors *executors;

static void put(const char *name, const char *text)
{
    char next[80];
    snprintf(next, sizeof next, "%s.next", name);
    FILE *file = fopen(next, "w");
    cr_assert(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
    cr_assert_eq(rename(next, name), 0);
}

static void make_file(char name[64])
{
    strcpy(name, "/tmp/shared-keyring-XXXXXX");
    close(mkstemp(name));
    put(name, empty);
}

static void make(void)
{
    make_file(path);
    make_file(other_path);
    executors = executors_acquire(&sizes);
}

static void clean(void)
{
    executors_release(&executors);
    unlink(path);
    unlink(other_path);
}

TestSuite(shared_keyring, .init = make, .fini = clean);

static void count_warning(void *warnings, enum vault_log_level level, const char *message)
{
    cr_assert_not_null(message);
    atomic_fetch_add((atomic_int *)warnings, level == VAULT_LOG_WARNING);
}

static struct keyring_user user_of(atomic_int *warnings, const void *audience)
{
    return (struct keyring_user){.log = count_warning, .user = warnings, .audience = audience};
}

static void join(struct keyring_user *user, const char *name)
{
    struct vault_failure failure;
    cr_assert(shared_keyring_join(user, name, &executors->storage, &failure), "%s",
              failure.message);
}

static bool revokes(const struct keyring_user *user)
{
    struct vault_keyring *keyring = shared_keyring_current(user);
    const bool revoked = vault_keyring_revokes_token(keyring, "t1", 2);
    vault_keyring_release(&keyring);
    return revoked;
}

static int tasks(void)
{
    int count = -1;
    char line[128];
    FILE *status = fopen("/proc/self/status", "r");
    while (fgets(line, sizeof line, status) != NULL && sscanf(line, "Threads: %d", &count) != 1)
        continue;
    fclose(status);
    return count;
}

/* The kernel may count a thread for a moment after it was joined. */
static bool has_tasks(int count)
{
    for (int i = 0; i < 6000 && tasks() != count; i++)
        usleep(10000);
    return tasks() == count;
}

/* Time passes, until the watch has looked. */
static void wait_for(const atomic_int *warnings)
{
    static int64_t ms;
    for (int i = 0; i < 6000 && atomic_load(warnings) == 0; i++) {
        fault_set_clock(ms += 1000);
        usleep(10000);
    }
    cr_expect_eq(atomic_load(warnings), 1);
}

/* Of every file; each reader of a log hears of it once, however many users it has. */
Test(shared_keyring, broken_files_are_known_before_a_token_comes)
{
    atomic_int heard_a = 0, heard_b = 0, heard_other = 0;
    struct keyring_user users[] = {user_of(&heard_a, &audience_a), user_of(&heard_a, &audience_a),
                                   user_of(&heard_b, &audience_b),
                                   user_of(&heard_other, &audience_a)};
    fault_set_clock(0);
    for (int i = 0; i < 4; i++)
        join(&users[i], i < 3 ? path : other_path);
    put(path, "{");
    wait_for(&heard_a);
    wait_for(&heard_b);
    cr_expect_eq(atomic_load(&heard_other), 0);
    put(other_path, "{");
    wait_for(&heard_other);
    for (int i = 0; i < 4; i++)
        shared_keyring_leave(&users[i]);
    cr_expect_eq(atomic_load(&heard_a), 1);
}

Test(shared_keyring, one_thread_and_one_reading_for_all)
{
    atomic_int warnings = 0;
    struct keyring_user users[6];
    const int before = tasks();
    for (int i = 0; i < 6; i++) {
        users[i] = user_of(&warnings, &audience_a);
        join(&users[i], i % 2 == 0 ? path : other_path);
    }
    cr_expect(has_tasks(before + 1));
    struct vault_keyring *first = shared_keyring_current(&users[0]),
                         *second = shared_keyring_current(&users[2]),
                         *other = shared_keyring_current(&users[1]);
    cr_expect_eq(first, second);
    cr_expect_neq(first, other);
    vault_keyring_release(&first);
    vault_keyring_release(&second);
    vault_keyring_release(&other);
    for (int i = 0; i < 6; i++) {
        cr_expect(has_tasks(before + 1));
        shared_keyring_leave(&users[i]);
        shared_keyring_leave(&users[i]);
    }
    executors_release(&executors);
    cr_expect(has_tasks(before));
}

/* Of the path's users, whenever they joined, and only of them. */
Test(shared_keyring, a_revocation_is_seen_by_all)
{
    atomic_int warnings = 0;
    struct keyring_user users[4];
    for (int i = 0; i < 4; i++)
        users[i] = user_of(&warnings, &audience_a);
    for (int i = 0; i < 3; i++)
        join(&users[i], i < 2 ? path : other_path);
    cr_expect_not(revokes(&users[0]));
    put(path, revoking);
    join(&users[3], path); /* At once: what it would see alone. */
    cr_expect(revokes(&users[3]));
    cr_expect(revokes(&users[0]));
    cr_expect(revokes(&users[1]));
    cr_expect_not(revokes(&users[2]));
    shared_keyring_leave(&users[0]);
    shared_keyring_leave(&users[3]);
    cr_expect(revokes(&users[1]));
    shared_keyring_leave(&users[1]);
    cr_expect_not(revokes(&users[2]));
    shared_keyring_leave(&users[2]);
}

/* Two names of one file are two keyrings: either may be switched to another file. */
Test(shared_keyring, a_link_that_is_switched)
{
    char link[80], next[80];
    atomic_int warnings = 0;
    struct keyring_user users[3];
    snprintf(link, sizeof link, "%s.link", path);
    snprintf(next, sizeof next, "%s.next", path);
    cr_assert_eq(symlink(path, link), 0);
    for (int i = 0; i < 3; i++) {
        users[i] = user_of(&warnings, &audience_a);
        if (i < 2)
            join(&users[i], i == 0 ? path : link);
    }
    put(other_path, revoking);
    cr_assert(symlink(other_path, next) == 0 && rename(next, link) == 0);
    join(&users[2], link);
    cr_expect(revokes(&users[1]));
    cr_expect(revokes(&users[2]));
    cr_expect_not(revokes(&users[0]));
    for (int i = 0; i < 3; i++)
        shared_keyring_leave(&users[i]);
    unlink(link);
}

/* The first who uses a path is refused, and that is not remembered; others share what is in use. */
Test(shared_keyring, who_joins_while_the_file_is_broken)
{
    atomic_int warnings = 0;
    struct vault_failure failure;
    struct keyring_user first = user_of(&warnings, &audience_a), second = first;
    put(path, "{");
    for (int i = 0; i < 2; i++)
        cr_expect_not(shared_keyring_join(&first, path, &executors->storage, &failure));
    shared_keyring_leave(&first);
    put(path, revoking);
    join(&first, path);
    put(path, "{");
    join(&second, path);
    cr_expect(revokes(&second));
    cr_expect_eq(atomic_load(&warnings), 1);
    shared_keyring_leave(&first);
    shared_keyring_leave(&second);
    cr_expect_not(shared_keyring_join(&first, path, &executors->storage, &failure),
                  "it is read anew");
}

enum { THREADS = 8, ROUNDS = 50 };

static void *join_and_leave(void *warnings)
{
    for (int i = 0; i < ROUNDS; i++) {
        struct keyring_user user = user_of(warnings, i % 2 == 0 ? &audience_a : &audience_b);
        join(&user, i % 3 == 0 ? path : other_path);
        cr_assert_eq(revokes(&user), i % 3 == 0);
        shared_keyring_leave(&user);
    }
    return NULL;
}

static atomic_bool ticking;

/* A watch's period each millisecond. */
static void *tick(void *unused)
{
    for (int64_t ms = 0; atomic_load(&ticking); ms += 10001) {
        fault_set_clock(ms);
        usleep(1000);
    }
    return unused;
}

/* While the watch looks again and again, and starts and ends. */
Test(shared_keyring, threads_join_and_leave_at_once)
{
    atomic_int warnings = 0;
    pthread_t threads[THREADS], ticker;
    const int before = tasks();
    put(path, revoking);
    atomic_store(&ticking, true);
    cr_assert_eq(pthread_create(&ticker, NULL, tick, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, join_and_leave, &warnings), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    atomic_store(&ticking, false);
    pthread_join(ticker, NULL);
    executors_release(&executors);
    cr_expect(has_tasks(before));
    cr_expect_eq(atomic_load(&warnings), 0);
}

#ifndef __SANITIZE_THREAD__ /* It can't start threads in a child of several threads. */
Test(shared_keyring, a_child_has_a_watch_of_its_own)
{
    atomic_int warnings = 0;
    int status;
    struct keyring_user parents = user_of(&warnings, &audience_a), childs = parents;
    join(&parents, path);
    const pid_t child = fork();
    if (child == 0) {
        const int before = tasks();
        executors = executors_acquire(&sizes);
        put(path, revoking);
        join(&childs, path);
        const bool good = before == 1 && has_tasks(2) && revokes(&childs);
        shared_keyring_leave(&childs);
        executors_release(&executors);
        _exit(good && has_tasks(1) ? 0 : 1);
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_expect_eq(status, 0);
    shared_keyring_leave(&parents);
}
#endif
