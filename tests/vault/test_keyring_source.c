// SPDX-License-Identifier: MIT
#include "tests/vault/signer.h"

#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vault/file.h"

static char folder[] = "/tmp/vault-source-XXXXXX";
static char path[64];
static atomic_int warnings, notes;

static void make(void)
{
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/keyring.json", folder);
}

static void clean(void)
{
    unlink(path);
    rmdir(folder);
}

TestSuite(keyring_source, .init = make, .fini = clean);

static void note(void *user, enum vault_log_level level, const char *message)
{
    cr_assert_eq(user, &warnings);
    cr_assert_not_null(message);
    atomic_fetch_add(level == VAULT_LOG_WARNING ? &warnings : &notes, 1);
}

static void put(const char *text)
{
    struct vault_failure failure;
    const struct vault_file_access access = vault_file_own_access(0600);
    cr_assert(vault_file_write(path, text, strlen(text), &access, &failure), "%s", failure.message);
}

static void put_keys(int count)
{
    char text[4096] = "{\"version\":1,\"keys\":[";
    for (int i = 0; i < count; i++) {
        const struct signer signer = signer_make();
        snprintf(text + strlen(text), sizeof text - strlen(text),
                 "%s{\"paserk\":\"%s\",\"state\":\"active\"}", i > 0 ? "," : "", signer.paserk);
    }
    strcat(text, "]}");
    put(text);
}

static struct vault_keyring_source *open_source(void)
{
    struct vault_keyring_source *source = NULL;
    struct vault_failure failure;
    cr_assert(vault_keyring_source_open(path, note, &warnings, &source, &failure), "%s",
              failure.message);
    return source;
}

static size_t current_key_count(struct vault_keyring_source *source)
{
    struct vault_keyring *keyring = vault_keyring_source_current(source);
    const size_t count = keyring->key_count;
    vault_keyring_release(&keyring);
    return count;
}

Test(keyring_source, unreadable_files_are_refused)
{
    struct vault_keyring_source *source = NULL;
    struct vault_failure failure;
    const char *const bad[] = {"/no such file", "/dev/zero", "/tmp", "/dev/null"};
    for (size_t i = 0; i < 4; i++) {
        cr_expect_not(vault_keyring_source_open(bad[i], note, &warnings, &source, &failure));
        cr_expect_not_null(strstr(failure.message, bad[i]), "%s", failure.message);
    }
    vault_keyring_source_close(&source);
}

Test(keyring_source, changes_take_effect_within_a_second)
{
    put_keys(1);
    struct vault_keyring_source *source = open_source();
    cr_expect_eq(current_key_count(source), 1);
    put_keys(2);
    int waited = 0;
    for (; waited < 100 && current_key_count(source) != 2; waited++)
        usleep(10000);
    cr_expect_lt(waited, 100);
    cr_expect_eq(atomic_load(&notes), 1);
    vault_keyring_source_close(&source);
}

Test(keyring_source, an_invalid_file_is_ignored_and_logged_once)
{
    put_keys(1);
    struct vault_keyring_source *source = open_source();
    put("{");
    for (int i = 0; i < 5; i++) {
        usleep(210000);
        cr_expect_eq(current_key_count(source), 1);
    }
    cr_expect_eq(atomic_load(&warnings), 1, "%d warnings", atomic_load(&warnings));
    unlink(path);
    usleep(210000);
    cr_expect_eq(current_key_count(source), 1);
    put_keys(3);
    usleep(210000);
    cr_expect_eq(current_key_count(source), 3);
    vault_keyring_source_close(&source);
}

static atomic_bool stop;

static void *read_repeatedly(void *source)
{
    while (!atomic_load(&stop)) {
        const size_t count = current_key_count(source);
        cr_assert(count >= 1 && count <= 5, "%zu keys", count);
    }
    return NULL;
}

Test(keyring_source, readers_never_see_a_partial_file)
{
    pthread_t threads[4];
    put_keys(1);
    struct vault_keyring_source *source = open_source();
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, read_repeatedly, source);
    for (int i = 0; i < 100; i++) {
        put_keys(i % 5 + 1);
        usleep(10000);
    }
    atomic_store(&stop, true);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    cr_expect_eq(atomic_load(&warnings), 0);
    cr_expect_gt(atomic_load(&notes), 0);
    vault_keyring_source_close(&source);
}
