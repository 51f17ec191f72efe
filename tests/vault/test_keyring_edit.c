// SPDX-License-Identifier: MIT
#include "tests/vault/signer.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vault/file.h"
#include "vault/keyring_edit.h"

static char folder[] = "/tmp/vault-edit-XXXXXX";
static char path[64], lock_path[80];

static void make(void)
{
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/keyring.json", folder);
    snprintf(lock_path, sizeof lock_path, "%s.lock", path);
}

static void clean(void)
{
    unlink(path);
    unlink(lock_path);
    rmdir(folder);
}

TestSuite(keyring_edit, .init = make, .fini = clean);

Test(keyring_edit, failures_name_the_file_and_the_cause)
{
    struct vault_keyring_edit edit;
    struct vault_failure failure;
    cr_expect_not(vault_keyring_edit_begin("/no such folder/k.json", true, &edit, &failure));
    cr_expect_not_null(strstr(failure.message, "/no such folder"), "%s", failure.message);
    cr_expect_not(vault_keyring_edit_begin(path, false, &edit, &failure));
    cr_expect_not_null(strstr(failure.message, path), "%s", failure.message);
    cr_assert(vault_file_write(path, "{", 1, 0600, &failure));
    cr_expect_not(vault_keyring_edit_begin(path, true, &edit, &failure));
    cr_expect_not_null(strstr(failure.message, "not valid JSON"), "%s", failure.message);
}

/* An edit that gateways could not read is not written. */
Test(keyring_edit, an_invalid_edit_is_not_committed)
{
    struct vault_keyring_edit edit;
    struct vault_failure failure;
    cr_assert(vault_keyring_edit_begin(path, true, &edit, &failure));
    cr_assert(vault_keyring_edit_commit(&edit, &failure));
    json_object_set_new(edit.root, "colour", json_string("red"));
    cr_expect_not(vault_keyring_edit_commit(&edit, &failure));
    vault_keyring_edit_end(&edit);
    cr_assert(vault_keyring_edit_begin(path, false, &edit, &failure), "%s", failure.message);
    cr_expect_null(json_object_get(edit.root, "colour"));
    vault_keyring_edit_end(&edit);
}

static void add_key(void)
{
    struct vault_keyring_edit edit;
    struct vault_failure failure;
    const struct signer signer = signer_make();
    if (!vault_keyring_edit_begin(path, true, &edit, &failure))
        _exit(1);
    json_array_append_new(json_object_get(edit.root, "keys"),
                          json_pack("{s:s, s:s}", "paserk", signer.paserk, "state", "retired"));
    const bool done = vault_keyring_edit_commit(&edit, &failure);
    vault_keyring_edit_end(&edit);
    if (!done)
        _exit(1);
}

/* Many processes edit at once, and no edit is lost. */
Test(keyring_edit, concurrent_edits_are_serialized)
{
    enum { PROCESSES = 8, EDITS = 5 };
    for (int i = 0; i < PROCESSES; i++) {
        if (fork() != 0)
            continue;
        for (int k = 0; k < EDITS; k++)
            add_key();
        _exit(0);
    }
    for (int i = 0; i < PROCESSES; i++) {
        int status = 1;
        wait(&status);
        cr_expect_eq(status, 0);
    }
    struct vault_keyring_edit edit;
    struct vault_failure failure;
    cr_assert(vault_keyring_edit_begin(path, false, &edit, &failure));
    cr_expect_eq(json_array_size(json_object_get(edit.root, "keys")), PROCESSES * EDITS);
    vault_keyring_edit_end(&edit);
}

Test(keyring_edit, files_get_their_mode_and_leave_no_temporary_file)
{
    struct vault_failure failure;
    struct stat status;
    cr_assert(vault_file_write(path, "x", 1, 0600, &failure));
    cr_assert_eq(stat(path, &status), 0);
    cr_expect_eq(status.st_mode & 0777, 0600);
    unlink(path);
    cr_expect_eq(rmdir(folder), 0, "%s is not empty", folder);
}
