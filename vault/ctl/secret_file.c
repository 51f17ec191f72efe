// SPDX-License-Identifier: MIT
#include "vault/ctl/secret_file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vault/ctl/ctl.h"

enum { SECRET_MODE = 0600, FILE_LIMIT = 4096 };

struct vault_public_key secret_key_public(const unsigned char *key)
{
    struct vault_public_key public_key;
    memcpy(public_key.bytes, key + VAULT_SECRET_KEY_SIZE - VAULT_PUBLIC_KEY_SIZE,
           sizeof public_key.bytes);
    return public_key;
}

static bool keep_former(const char *path, const char *id, struct vault_failure *failure)
{
    char kept[PATH_MAX];
    if (access(path, F_OK) != 0)
        return true;
    if (snprintf(kept, sizeof kept, "%s.before-%s", path, id) >= (int)sizeof kept)
        return vault_fail(failure, "the path '%.200s…' is too long", path);
    if (link(path, kept) != 0)
        return vault_fail(failure, "'%.200s' can't be kept as '%.200s': %s", path, kept,
                          strerror(errno));
    fprintf(stderr, "vaultctl: the former secret is kept as %s\n", kept);
    return true;
}

bool secret_file_write(const char *path, const unsigned char *key, const char *id,
                       const struct vault_secret *passphrase, struct vault_failure *failure)
{
    char text[VAULT_PASERK_WRAPPED_SIZE + 1];
    if (!vault_paserk_wrap(key, passphrase, &vault_password_cost_default, text))
        return vault_fail(failure, "out of memory: wrapping the key takes 64 MiB");
    strcat(text, "\n");
    return keep_former(path, id, failure) &&
           vault_write_file(path, text, strlen(text), SECRET_MODE, failure);
}

static bool explain(enum vault_unwrap result, const char *path, struct vault_failure *failure)
{
    switch (result) {
    case VAULT_UNWRAPPED:
        return true;
    case VAULT_UNWRAP_MALFORMED:
        return vault_fail(failure, "'%.300s' holds no secret key, k4.secret-pw.…", path);
    case VAULT_UNWRAP_COST:
        return vault_fail(
            failure,
            "the key in '%.300s' asks for more than 1 GiB of memory, 32 passes or one lane", path);
    case VAULT_UNWRAP_PASSWORD:
        return vault_fail(failure, "the passphrase does not open '%.300s', or the file was changed",
                          path);
    case VAULT_UNWRAP_NO_MEMORY:
        break;
    }
    return vault_fail(failure, "out of memory");
}

bool secret_file_read(const char *path, struct vault_secret *ret_key, struct vault_failure *failure)
{
    char *text = NULL;
    size_t size = 0;
    vault_secret_auto passphrase = VAULT_NO_SECRET;
    if (!vault_read_file(path, FILE_LIMIT, &text, &size, failure))
        return false;
    while (size > 0 && (text[size - 1] == '\n' || text[size - 1] == '\r'))
        size--;
    const bool read = read_passphrase(false, &passphrase, failure) &&
                      explain(vault_paserk_unwrap(text, size, &passphrase, ret_key), path, failure);
    free(text);
    return read;
}
