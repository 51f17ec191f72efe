// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "plugin/instance/keyring_watch.h"
#include "tests/faults/fault.h"

static atomic_int warnings;

static void note(void *user, enum vault_log_level level, const char *message)
{
    cr_assert_null(user);
    cr_assert_not_null(message);
    atomic_fetch_add(&warnings, level == VAULT_LOG_WARNING);
}

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    cr_assert(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

Test(keyring_watch, a_broken_file_is_known_before_a_token_comes)
{
    char path[] = "/tmp/keyring-watch-XXXXXX";
    struct vault_keyring_source *source = NULL;
    struct keyring_watch watch = {.source = NULL};
    struct vault_failure failure;
    close(mkstemp(path));
    put(path, "{\"version\":1,\"keys\":[]}");
    cr_assert(vault_keyring_source_open(path, note, NULL, &source, &failure));
    put(path, "{");
    /* Periods end ten seconds after the start of the machine: at once. */
    fault_set_clock(0);
    cr_assert(keyring_watch_init(&watch, source));
    for (int i = 0; i < 6000 && atomic_load(&warnings) == 0; i++)
        usleep(10000);
    cr_expect_eq(atomic_load(&warnings), 1);
    keyring_watch_finish(&watch);
    keyring_watch_finish(&watch);
    vault_keyring_source_close(&source);
    unlink(path);
}
