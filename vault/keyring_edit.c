// SPDX-License-Identifier: MIT
#include "vault/keyring_edit.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vault/file.h"
#include "vault/json_reader.h"
#include "vault/limit.h"

enum { KEYRING_MODE = 0644 };

static bool lock(const char *path, int *ret_lock, struct vault_failure *failure)
{
    char name[PATH_MAX];
    if (snprintf(name, sizeof name, "%s.lock", path) >= (int)sizeof name)
        return vault_fail(failure, "the path '%.200s…' is too long", path);
    const int file = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file >= 0 && flock(file, LOCK_EX) == 0) {
        *ret_lock = file;
        return true;
    }
    const int error = errno;
    if (file >= 0)
        close(file);
    return vault_fail(failure, "'%.300s' can't be locked: %s", name, strerror(error));
}

static bool check(const char *path, const char *text, size_t size, struct vault_failure *failure)
{
    struct vault_keyring *keyring = NULL;
    struct vault_failure why;
    if (vault_keyring_parse(text, size, &keyring, &why)) {
        vault_keyring_release(&keyring);
        return true;
    }
    return vault_fail_at(failure, path, &why);
}

static bool read_root(struct vault_keyring_edit *edit, bool may_make, struct vault_failure *failure)
{
    char *text = NULL;
    size_t size = 0;
    if (may_make && access(edit->path, F_OK) != 0) {
        edit->root = json_pack("{s:i, s:[], s:[]}", "version", 1, "keys", "revokedTokens");
        return edit->root != NULL || vault_fail_no_memory(failure);
    }
    if (!vault_file_read(edit->path, VAULT_KEYRING_LIMIT, &text, &size, failure))
        return false;
    bool done = check(edit->path, text, size, failure);
    if (done && vault_json_read((struct vault_bytes){text, size}, VAULT_JSON_STRICT, &edit->root,
                                NULL) != VAULT_JSON_OK)
        done = vault_fail_no_memory(failure); /* It was just parsed. */
    free(text);
    return done;
}

bool vault_keyring_edit_begin(const char *path, bool may_make, struct vault_keyring_edit *edit,
                              struct vault_failure *failure)
{
    *edit = (struct vault_keyring_edit){.path = path, .lock = -1};
    if (lock(path, &edit->lock, failure) && read_root(edit, may_make, failure))
        return true;
    vault_keyring_edit_end(edit);
    return false;
}

bool vault_keyring_edit_commit(struct vault_keyring_edit *edit, struct vault_failure *failure)
{
    char *text = json_dumps(edit->root, JSON_INDENT(2));
    if (text == NULL)
        return vault_fail_no_memory(failure);
    const bool done = check(edit->path, text, strlen(text), failure) &&
                      vault_file_write(edit->path, text, strlen(text), KEYRING_MODE, failure);
    free(text);
    return done;
}

void vault_keyring_edit_end(struct vault_keyring_edit *edit)
{
    json_decref(edit->root);
    edit->root = NULL;
    if (edit->lock >= 0)
        close(edit->lock);
    edit->lock = -1;
}

json_t *vault_keyring_edit_find(const struct vault_keyring_edit *edit, const char *id)
{
    size_t index;
    json_t *entry;
    json_array_foreach(json_object_get(edit->root, "keys"), index, entry) {
        const json_t *paserk = json_object_get(entry, "paserk");
        struct vault_public_key key;
        char found[VAULT_PASERK_ID_SIZE];
        if (!vault_paserk_public_read(json_string_value(paserk), json_string_length(paserk), &key))
            continue;
        vault_paserk_pid_write(&key, found);
        if (strcmp(found, id) == 0)
            return entry;
    }
    return NULL;
}
