// SPDX-License-Identifier: MIT
#include "tests/vault/signer.h"

#include <dirent.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vault/keyring_edit.h"

static char folder[] = "/tmp/vault-edit-XXXXXX";
static char path[64], lock_path[80];
static mode_t mask;

#define EMPTY "{\"version\":1,\"keys\":[]}"

static void make(void)
{
    umask(mask = umask(0));
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

static void put(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");
    cr_assert(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0, "%s", name);
}

Test(keyring_edit, failures_name_the_file_and_the_cause)
{
    struct vault_keyring_edit edit;
    struct vault_failure failure;
    cr_expect_not(vault_keyring_edit_begin("/no such folder/k.json", true, &edit, &failure));
    cr_expect_not_null(strstr(failure.message, "/no such folder"), "%s", failure.message);
    cr_expect_not(vault_keyring_edit_begin(path, false, &edit, &failure));
    cr_expect_not_null(strstr(failure.message, path), "%s", failure.message);
    put(path, "{");
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

static mode_t mode_of(const char *name)
{
    struct stat status;
    cr_assert_eq(lstat(name, &status), 0, "%s", name);
    return status.st_mode;
}

static void expect_only_files(int count)
{
    int found = 0;
    DIR *opened = opendir(folder);
    for (const struct dirent *entry; (entry = readdir(opened)) != NULL;)
        found += entry->d_name[0] != '.';
    closedir(opened);
    cr_expect_eq(found, count, "%d files in %s", found, folder);
}

/* Revokes a token through `name`. */
static bool revoke_through(const char *name, struct vault_failure *failure)
{
    struct vault_keyring_edit edit;
    if (!vault_keyring_edit_begin(name, false, &edit, failure))
        return false;
    json_object_set_new(edit.root, "revokedTokens", json_pack("[s]", "t1"));
    const bool done = vault_keyring_edit_commit(&edit, failure);
    vault_keyring_edit_end(&edit);
    return done;
}

static bool is_revoked(const char *name)
{
    struct vault_keyring *keyring = NULL;
    struct vault_failure failure;
    cr_assert(vault_keyring_load(name, &keyring, &failure), "%s", failure.message);
    const bool revoked = vault_keyring_revokes_token(keyring, "t1", 2);
    vault_keyring_release(&keyring);
    return revoked;
}

Test(keyring_edit, links_are_followed_and_mode_and_owner_kept)
{
    char first[80], second[80];
    struct vault_failure failure;
    struct stat status;
    put(path, EMPTY);
    cr_assert_eq(chmod(path, 0640), 0);
    const bool is_root = geteuid() == 0;
    cr_assert(!is_root || chown(path, 1234, 4321) == 0);
    snprintf(first, sizeof first, "%s/first", folder);
    snprintf(second, sizeof second, "%s/second", folder);
    cr_assert(symlink("keyring.json", first) == 0 && symlink(first, second) == 0);
    cr_expect(revoke_through(second, &failure), "%s", failure.message);
    cr_expect(S_ISLNK(mode_of(second)) && S_ISLNK(mode_of(first)));
    cr_expect_eq(mode_of(path) & 07777, 0640);
    cr_assert_eq(stat(path, &status), 0);
    cr_expect(!is_root || (status.st_uid == 1234 && status.st_gid == 4321));
    cr_expect(is_revoked(path) && is_revoked(second));
    expect_only_files(3);
    unlink(first);
    unlink(second);
}

Test(keyring_edit, dangling_and_hard_links_are_refused)
{
    char other[80];
    struct vault_failure failure;
    struct vault_keyring_edit edit;
    snprintf(other, sizeof other, "%s/other", folder);
    cr_assert_eq(symlink(other, path), 0);
    cr_expect_not(vault_keyring_edit_begin(path, true, &edit, &failure));
    cr_expect_not_null(strstr(failure.message, "symbolic link"), "%s", failure.message);
    unlink(path);
    put(path, EMPTY);
    cr_assert_eq(link(path, other), 0);
    cr_expect_not(revoke_through(path, &failure));
    cr_expect_not_null(strstr(failure.message, "hard links"), "%s", failure.message);
    cr_expect_not(is_revoked(path));
    expect_only_files(2);
    unlink(other);
}

/* A tool that was killed leaves its files; the next one removes them. */
Test(keyring_edit, what_a_killed_tool_left_is_removed)
{
    char temporary[80];
    struct vault_failure failure;
    snprintf(temporary, sizeof temporary, "%s" VAULT_FILE_NEW, path);
    put(path, EMPTY);
    put(temporary, "half of a key");
    put(lock_path, "");
    cr_expect(revoke_through(path, &failure), "%s", failure.message);
    cr_expect(is_revoked(path));
    expect_only_files(1);
}

/* Someone else's links at the names of the tool's files lead it nowhere. */
Test(keyring_edit, links_in_place_of_its_files_are_not_followed)
{
    char temporary[80], victim[80];
    struct vault_failure failure;
    snprintf(temporary, sizeof temporary, "%s" VAULT_FILE_NEW, path);
    snprintf(victim, sizeof victim, "%s/victim", folder);
    put(path, EMPTY);
    put(victim, "precious");
    cr_assert_eq(symlink(victim, temporary), 0);
    cr_expect(revoke_through(path, &failure), "%s", failure.message);
    cr_assert_eq(symlink(victim, lock_path), 0);
    cr_expect_not(revoke_through(path, &failure));
    unlink(lock_path);
    cr_assert_eq(link(victim, lock_path), 0);
    cr_expect_not(revoke_through(path, &failure));
    cr_expect_not_null(strstr(failure.message, "no lock file"), "%s", failure.message);
    unlink(lock_path);
    cr_assert_eq(mkfifo(lock_path, 0600), 0);
    cr_expect_not(revoke_through(path, &failure));
    unlink(lock_path);
    cr_expect_eq(mode_of(victim) & 0777, 0644 & ~mask);
    unlink(victim);
}

/* Whoever switches the link while the edit goes on is told that the change is not in force. */
Test(keyring_edit, a_change_that_is_not_in_force_fails)
{
    char name[80], other[80];
    struct vault_failure failure;
    struct vault_keyring_edit edit;
    snprintf(name, sizeof name, "%s/name", folder);
    snprintf(other, sizeof other, "%s/other", folder);
    put(path, EMPTY);
    put(other, EMPTY);
    cr_assert_eq(symlink(path, name), 0);
    cr_assert(vault_keyring_edit_begin(name, false, &edit, &failure));
    json_object_set_new(edit.root, "revokedTokens", json_pack("[s]", "t1"));
    unlink(name);
    cr_assert_eq(symlink(other, name), 0);
    cr_expect_not(vault_keyring_edit_commit(&edit, &failure));
    cr_expect_not_null(strstr(failure.message, "not in force"), "%s", failure.message);
    vault_keyring_edit_end(&edit);
    unlink(name);
    unlink(other);
}
