// SPDX-License-Identifier: MIT
#include "vault/keyring_edit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vault/json_reader.h"
#include "vault/limit.h"
#include "vault/real_path.h"

enum { KEYRING_MODE = 0644 };

/* What a file that is made anew has, or the file that exists. */
static bool read_access(const char *real, struct vault_file_access *access,
                        struct vault_failure *failure)
{
    struct stat status;
    *access = vault_file_own_access(KEYRING_MODE);
    if (stat(real, &status) != 0)
        return errno == ENOENT ||
               vault_fail(failure, "'%.300s' can't be examined: %s", real, strerror(errno));
    if (status.st_nlink > 1)
        return vault_fail(failure,
                          "'%.300s' has %lu hard links, and the others would keep the old content: "
                          "replace them by symbolic links",
                          real, (unsigned long)status.st_nlink);
    *access = (struct vault_file_access){status.st_mode & 07777, status.st_uid, status.st_gid};
    return true;
}

/* ---- Reading ---- */

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

bool vault_keyring_read(const char *path, json_t **ret_root, struct vault_failure *failure)
{
    char *text = NULL;
    size_t size = 0;
    if (!vault_file_read(path, VAULT_KEYRING_LIMIT, &text, &size, failure))
        return false;
    bool done = check(path, text, size, failure);
    if (done && vault_json_read((struct vault_bytes){text, size}, VAULT_JSON_STRICT, ret_root,
                                NULL) != VAULT_JSON_OK)
        done = vault_fail_no_memory(failure); /* It was just parsed. */
    free(text);
    return done;
}

static bool read_root(struct vault_keyring_edit *edit, bool may_make, struct vault_failure *failure)
{
    if (!may_make || access(edit->real, F_OK) == 0)
        return vault_keyring_read(edit->path, &edit->root, failure);
    edit->root = json_pack("{s:i, s:[], s:[]}", "version", 1, "keys", "revokedTokens");
    return edit->root != NULL || vault_fail_no_memory(failure);
}

/* ---- The edit ---- */

bool vault_keyring_edit_begin(const char *path, bool may_make, struct vault_keyring_edit *edit,
                              struct vault_failure *failure)
{
    *edit = (struct vault_keyring_edit){.path = path, .lock = VAULT_NO_FILE_LOCK};
    if (vault_real_path(path, may_make, edit->real, failure) &&
        vault_file_lock(edit->real, &edit->lock, failure) &&
        read_access(edit->real, &edit->access, failure) && read_root(edit, may_make, failure))
        return true;
    vault_keyring_edit_end(edit);
    return false;
}

/* A link may have been switched meanwhile, or another program may have replaced the file. */
static bool is_in_force(const struct vault_keyring_edit *edit, const char *text, size_t size,
                        struct vault_failure *failure)
{
    char *found = NULL;
    size_t found_size = 0;
    if (!vault_file_read(edit->path, VAULT_KEYRING_LIMIT, &found, &found_size, failure))
        return false;
    const bool same = found_size == size && memcmp(found, text, size) == 0;
    free(found);
    return same || vault_fail(failure,
                              "'%.200s' was changed by another program: the change that was asked "
                              "for is not in force; try again",
                              edit->path);
}

bool vault_keyring_edit_commit(struct vault_keyring_edit *edit, struct vault_failure *failure)
{
    char *text = json_dumps(edit->root, JSON_INDENT(2));
    if (text == NULL)
        return vault_fail_no_memory(failure);
    const size_t size = strlen(text);
    const bool done = check(edit->path, text, size, failure) &&
                      vault_file_write(edit->real, text, size, &edit->access, failure) &&
                      is_in_force(edit, text, size, failure);
    free(text);
    return done;
}

void vault_keyring_edit_end(struct vault_keyring_edit *edit)
{
    json_decref(edit->root);
    edit->root = NULL;
    vault_file_unlock(&edit->lock);
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
