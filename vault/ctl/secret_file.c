// SPDX-License-Identifier: MIT
#include "vault/ctl/secret_file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vault/ctl/passphrase.h"
#include "vault/file.h"
#include "vault/file_lock.h"
#include "vault/limit.h"
#include "vault/paserk.h"
#include "vault/real_path.h"
#include "vault/tool/report.h"

enum { SECRET_MODE = 0600 };

struct vault_public_key secret_key_public(const unsigned char *key)
{
    struct vault_public_key public_key;
    memcpy(public_key.bytes, key + VAULT_SECRET_KEY_SIZE - VAULT_PUBLIC_KEY_SIZE,
           sizeof public_key.bytes);
    return public_key;
}

/* Makes a hard link, so that the previous secret key has a name at every moment. */
static bool keep_previous(const char *path, const char *id, struct vault_failure *failure)
{
    char kept[PATH_MAX];
    if (access(path, F_OK) != 0)
        return true;
    if (snprintf(kept, sizeof kept, "%s.before-%s", path, id) >= (int)sizeof kept)
        return vault_fail(failure, "the path '%.200s…' is too long", path);
    if (link(path, kept) != 0)
        return vault_fail(failure, "'%.200s' can't be kept as '%.200s': %s", path, kept,
                          strerror(errno));
    report(EXIT_DONE, "the previous secret key is kept as %s", kept);
    warn_if_shared(kept);
    return true;
}

/* The owner of the file that exists, who shall read the new one. */
static struct vault_file_access secret_access(const char *path)
{
    struct stat status;
    struct vault_file_access access = vault_file_own_access(SECRET_MODE);
    if (stat(path, &status) == 0) {
        access.owner = status.st_uid;
        access.group = status.st_gid;
    }
    return access;
}

static bool replace(const char *path, const char *text, const char *id,
                    struct vault_failure *failure)
{
    struct vault_file_lock lock;
    if (!vault_file_lock(path, &lock, failure))
        return false;
    const struct vault_file_access access = secret_access(path);
    const bool written = keep_previous(path, id, failure) &&
                         vault_file_write(path, text, strlen(text), &access, failure);
    vault_file_unlock(&lock);
    return written;
}

bool secret_file_wrap(const unsigned char *key, const struct vault_secret *passphrase,
                      struct wrapped_key *ret_wrapped, struct vault_failure *failure)
{
    if (!vault_paserk_wrap(key, passphrase, &vault_password_cost_default, ret_wrapped->text))
        return vault_fail(failure, "out of memory: wrapping a key takes %d MiB",
                          VAULT_WRAP_DEFAULT_MEMORY_MIB);
    strcat(ret_wrapped->text, "\n");
    return true;
}

bool secret_file_write(const char *path, const struct wrapped_key *wrapped, const char *id,
                       struct vault_failure *failure)
{
    char real[PATH_MAX];
    return vault_real_path(path, true, real, failure) && replace(real, wrapped->text, id, failure);
}

static bool explain(enum vault_unwrap result, const char *path, struct vault_failure *failure)
{
    switch (result) {
    case VAULT_UNWRAPPED:
        return true;
    case VAULT_UNWRAP_MALFORMED:
        return vault_fail(failure, "'%.300s' holds no wrapped secret key, k4.secret-pw.…", path);
    case VAULT_UNWRAP_COST:
        return vault_fail(
            failure, "the key in '%.300s' needs more than %d MiB of memory, %d passes or one lane",
            path, VAULT_WRAP_MEMORY_LIMIT_MIB, VAULT_WRAP_PASSES_LIMIT);
    case VAULT_UNWRAP_PASSWORD:
        return vault_fail(failure,
                          "the passphrase does not open '%.300s', or the file has been changed",
                          path);
    case VAULT_UNWRAP_NO_MEMORY:
        break;
    }
    return vault_fail_no_memory(failure);
}

/* The text of a secret file, which the caller frees, without the end of its line. */
static bool read_text(const char *path, char **ret_text, size_t *ret_size,
                      struct vault_failure *failure)
{
    if (!vault_file_read(path, VAULT_SECRET_FILE_LIMIT, ret_text, ret_size, failure))
        return false;
    while (*ret_size > 0 &&
           ((*ret_text)[*ret_size - 1] == '\n' || (*ret_text)[*ret_size - 1] == '\r'))
        --*ret_size;
    return true;
}

static bool unwrap(const char *path, const char *text, size_t size, struct vault_secret *ret_key,
                   struct vault_failure *failure)
{
    vault_secret_auto passphrase = VAULT_NO_SECRET;
    return passphrase_read(PASSPHRASE_CURRENT, &passphrase, failure) &&
           explain(vault_paserk_unwrap(text, size, &passphrase, ret_key), path, failure);
}

bool secret_file_read(const char *path, struct vault_secret *ret_key, struct vault_failure *failure)
{
    char *text = NULL;
    size_t size = 0;
    if (!read_text(path, &text, &size, failure))
        return false;
    warn_if_shared(path);
    const bool read = unwrap(path, text, size, ret_key, failure);
    free(text);
    return read;
}

/* ---- Another passphrase ---- */

/* Other names of the file would keep the key under the old passphrase. */
static bool has_one_name(const char *path, struct vault_failure *failure)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return vault_fail(failure, "'%.300s' can't be examined: %s", path, strerror(errno));
    return status.st_nlink == 1 ||
           vault_fail(failure,
                      "'%.300s' has %lu hard links, and the others would keep the old passphrase: "
                      "remove them first",
                      path, (unsigned long)status.st_nlink);
}

/* The file's text under the new passphrase. */
static bool wrap_anew(const char *path, const char *text, size_t size,
                      struct wrapped_key *ret_wrapped, struct vault_public_key *ret_key,
                      struct vault_failure *failure)
{
    vault_secret_auto key = VAULT_NO_SECRET;
    vault_secret_auto passphrase = VAULT_NO_SECRET;
    vault_secret_auto same_key = VAULT_NO_SECRET;
    if (!unwrap(path, text, size, &key, failure) ||
        !passphrase_read(PASSPHRASE_REPLACEMENT, &passphrase, failure))
        return false;
    if (vault_paserk_unwrap(text, size, &passphrase, &same_key) == VAULT_UNWRAPPED)
        return vault_fail(failure,
                          "nothing was changed: the new passphrase is the one that '%.200s' has",
                          path);
    *ret_key = secret_key_public(key.bytes);
    return secret_file_wrap(key.bytes, &passphrase, ret_wrapped, failure);
}

/* Whether the file still holds the text, and not the key of a keygen meanwhile. */
static bool is_unchanged(const char *path, const char *text, size_t size,
                         struct vault_failure *failure)
{
    char *found = NULL;
    size_t found_size = 0;
    if (!read_text(path, &found, &found_size, failure))
        return false;
    const bool same = found_size == size && memcmp(found, text, size) == 0;
    free(found);
    return same || vault_fail(failure,
                              "'%.200s' was changed by another program meanwhile: try again", path);
}

static bool exchange(const char *path, const char *text, size_t size,
                     const struct wrapped_key *wrapped, struct vault_failure *failure)
{
    struct vault_file_lock lock;
    if (!vault_file_lock(path, &lock, failure))
        return false;
    const struct vault_file_access access = secret_access(path);
    const bool done = is_unchanged(path, text, size, failure) &&
                      vault_file_write(path, wrapped->text, strlen(wrapped->text), &access,
                                       failure);
    vault_file_unlock(&lock);
    return done;
}

bool secret_file_rewrap(const char *path, struct vault_public_key *ret_key,
                        struct vault_failure *failure)
{
    char real[PATH_MAX], *text = NULL;
    size_t size = 0;
    struct wrapped_key wrapped;
    if (!vault_real_path(path, false, real, failure) || !has_one_name(real, failure) ||
        !read_text(real, &text, &size, failure))
        return false;
    const bool done = wrap_anew(path, text, size, &wrapped, ret_key, failure) &&
                      exchange(real, text, size, &wrapped, failure);
    free(text);
    return done;
}
