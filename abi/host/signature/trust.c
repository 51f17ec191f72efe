// SPDX-License-Identifier: MIT
#include "abi/host/signature/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi/host/base/failure.h"

#define ENDING ".minisig"

/* minisign writes at most about 9,400 bytes. */
enum { MOST_SIGNATURE = 16 << 10 };

struct signed_file {
    const char *path;
    const void *bytes;
    size_t size;
};

static _Atomic uint64_t counts[DISTRUST_COUNT];

const char *distrust_name(enum distrust distrust)
{
    static const char *const names[DISTRUST_COUNT] = {
        [DISTRUST_ACCESS] = "access",
        [DISTRUST_NO_SIGNATURE] = "no_signature",
        [DISTRUST_BAD_SIGNATURE] = "bad_signature",
        [DISTRUST_UNKNOWN_KEY] = "unknown_key",
        [DISTRUST_CHANGED] = "changed",
        [DISTRUST_CHANGED_COMMENT] = "changed_comment",
    };
    return names[distrust];
}

uint64_t distrust_count(enum distrust distrust)
{
    return atomic_load(&counts[distrust]);
}

void distrust_note(enum distrust distrust)
{
    atomic_fetch_add(&counts[distrust], 1);
}

int32_t trust_add(struct trust *trust, const char *text, size_t size, gql_failure *failure)
{
    if (trust->key_count == TRUST_KEYS)
        return gql_fail(failure, GQL_E_LIMIT, "more than %d trusted keys", TRUST_KEYS);
    const struct sodium *sodium = sodium_functions(failure);
    if (sodium == NULL)
        return GQL_E_UNAVAILABLE;
    const char *wrong = minisign_read_key(sodium, text, size, &trust->keys[trust->key_count]);
    if (wrong != NULL)
        return gql_fail(failure, GQL_E_CONFIG, "trusted key %zu: %s", trust->key_count + 1, wrong);
    trust->sodium = sodium;
    trust->key_count++;
    return GQL_OK;
}

/* ---- The file with the signature ---- */

static int32_t fail_no_signature(const char *path, int error, gql_failure *failure)
{
    distrust_note(DISTRUST_NO_SIGNATURE);
    if (error == ENOENT)
        return gql_fail(failure, GQL_E_UNAVAILABLE,
                        "%s: not signed: there is no " ENDING " beside it; copy that too, or sign "
                        "the file with `minisign -Sm`",
                        path);
    return gql_fail(failure, GQL_E_UNAVAILABLE, "%s" ENDING ": %s", path, strerror(error));
}

static int32_t fail_bad_signature(const char *path, const char *why, gql_failure *failure)
{
    distrust_note(DISTRUST_BAD_SIGNATURE);
    return gql_fail(failure, GQL_E_UNAVAILABLE,
                    "%s" ENDING ": not a signature of minisign: %s; copy it again, or sign the "
                    "file again",
                    path, why);
}

/* Returns the number of bytes that were read, or -1 with errno. */
static ssize_t read_all(int file, char *text, size_t capacity)
{
    size_t size = 0;
    ssize_t got;
    do {
        got = read(file, text + size, capacity - size);
        size += got > 0 ? (size_t)got : 0;
    } while ((got > 0 && size < capacity) || (got < 0 && errno == EINTR));
    return got < 0 ? -1 : (ssize_t)size;
}

/* `text` holds MOST_SIGNATURE + 1 bytes. */
static int32_t read_signature(const struct sodium *sodium, const char *path, char *text,
                              struct minisign_signature *ret_signature, gql_failure *failure)
{
    char name[PATH_MAX];
    struct stat status;
    if (snprintf(name, sizeof name, "%s" ENDING, path) >= (int)sizeof name)
        return fail_no_signature(path, ENAMETOOLONG, failure);
    const int file = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file < 0)
        return fail_no_signature(path, errno, failure);
    const bool regular = fstat(file, &status) == 0 && S_ISREG(status.st_mode);
    const ssize_t size = regular ? read_all(file, text, MOST_SIGNATURE + 1) : 0;
    const int error = errno;
    close(file);
    if (!regular)
        return fail_bad_signature(path, "it is not a regular file", failure);
    if (size < 0)
        return fail_no_signature(path, error, failure);
    if (size > MOST_SIGNATURE)
        return fail_bad_signature(path, "it is larger than 16 KiB", failure);
    const char *wrong = minisign_read_signature(sodium, text, (size_t)size, ret_signature);
    return wrong == NULL ? GQL_OK : fail_bad_signature(path, wrong, failure);
}

/* ---- The check ---- */

static bool signs_file(const struct sodium *sodium, const struct minisign_signature *signature,
                       const struct minisign_key *key, const struct signed_file *file)
{
    unsigned char hash[MINISIGN_HASH];
    if (!signature->prehashed)
        return sodium->verify(signature->bytes, file->bytes, file->size, key->bytes) == 0;
    return sodium->hash(hash, sizeof hash, file->bytes, file->size, NULL, 0) == 0 &&
           sodium->verify(signature->bytes, hash, sizeof hash, key->bytes) == 0;
}

static bool signs_comment(const struct sodium *sodium, const struct minisign_signature *signature,
                          const struct minisign_key *key)
{
    unsigned char text[MINISIGN_SIGNATURE + MOST_SIGNATURE];
    memcpy(text, signature->bytes, MINISIGN_SIGNATURE);
    memcpy(text + MINISIGN_SIGNATURE, signature->comment, signature->comment_size);
    return sodium->verify(signature->global, text, MINISIGN_SIGNATURE + signature->comment_size,
                          key->bytes) == 0;
}

static const struct minisign_key *find_key(const struct trust *trust, const uint8_t *id)
{
    for (size_t i = 0; i < trust->key_count; i++)
        if (memcmp(trust->keys[i].id, id, MINISIGN_ID) == 0)
            return &trust->keys[i];
    return NULL;
}

static int32_t check_bytes(const struct trust *trust, const struct signed_file *file,
                           gql_failure *failure)
{
    char text[MOST_SIGNATURE + 1];
    char id[2 * MINISIGN_ID + 1];
    struct minisign_signature signature;
    const int32_t code = read_signature(trust->sodium, file->path, text, &signature, failure);
    if (code != GQL_OK)
        return code;
    const struct minisign_key *key = find_key(trust, signature.key_id);
    minisign_print_id(signature.key_id, id);
    if (key == NULL) {
        distrust_note(DISTRUST_UNKNOWN_KEY);
        return gql_fail(failure, GQL_E_UNAVAILABLE,
                        "%s: signed with the key %s, which is not trusted; sign it with one that "
                        "is, or trust that key",
                        file->path, id);
    }
    if (!signs_file(trust->sodium, &signature, key, file)) {
        distrust_note(DISTRUST_CHANGED);
        return gql_fail(failure, GQL_E_UNAVAILABLE,
                        "%s: it is not what the key %s signed: the file or " ENDING
                        " was changed; copy both again",
                        file->path, id);
    }
    if (!signs_comment(trust->sodium, &signature, key)) {
        distrust_note(DISTRUST_CHANGED_COMMENT);
        return gql_fail(failure, GQL_E_UNAVAILABLE,
                        "%s" ENDING ": the trusted comment is not what the key %s signed; copy the "
                        "file again",
                        file->path, id);
    }
    return GQL_OK;
}

int32_t trust_check(const struct trust *trust, const char *path, int file, gql_failure *failure)
{
    struct stat status;
    struct signed_file bytes = {.path = path};
    if (fstat(file, &status) != 0)
        return gql_fail(failure, GQL_E_UNAVAILABLE, "%s: %s", path, strerror(errno));
    bytes.size = (size_t)status.st_size;
    void *map = bytes.size == 0 ? NULL : mmap(NULL, bytes.size, PROT_READ, MAP_PRIVATE, file, 0);
    if (map == MAP_FAILED)
        return gql_fail(failure, errno == ENOMEM ? GQL_E_NO_MEMORY : GQL_E_UNAVAILABLE, "%s: %s",
                        path, strerror(errno));
    bytes.bytes = map;
    const int32_t code = check_bytes(trust, &bytes, failure);
    if (map != NULL)
        munmap(map, bytes.size);
    return code;
}
