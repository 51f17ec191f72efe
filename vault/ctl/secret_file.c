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

bool secret_file_read(const char *path, struct vault_secret *ret_key, struct vault_failure *failure)
{
    char *text = NULL;
    size_t size = 0;
    vault_secret_auto passphrase = VAULT_NO_SECRET;
    if (!vault_file_read(path, VAULT_SECRET_FILE_LIMIT, &text, &size, failure))
        return false;
    warn_if_shared(path);
    while (size > 0 && (text[size - 1] == '\n' || text[size - 1] == '\r'))
        size--;
    const bool read = passphrase_read(false, &passphrase, failure) &&
                      explain(vault_paserk_unwrap(text, size, &passphrase, ret_key), path, failure);
    free(text);
    return read;
}
