// SPDX-License-Identifier: MIT
#include "abi/host/code.h"

#include <dlfcn.h>
#include <string.h>
#include <unistd.h>

#include "abi/host/base/failure.h"
#include "abi/host/elf/validation.h"
#include "abi/host/private_copy.h"
#include "abi/host/runtime.h"
#include "abi/host/signature/trust.h"
#include "abi/host/write_access.h"

/* Of what the loader says. */
static const char *cure_of(const char *error)
{
    if (error != NULL && strstr(error, ": cannot open shared object file") != NULL)
        return "; install that library, or build the plugin on this system";
    if (error != NULL && strstr(error, "failed to map segment") != NULL)
        return "; its file system may be mounted with noexec: of a copy, set TMPDIR to another "
               "folder";
    return "";
}

/* From the file at `real`, or a copy of it at `path`. */
static int32_t load(const char *real, const char *path, void **ret_code, gql_failure *failure)
{
    void *code = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (code != NULL) {
        *ret_code = code;
        return GQL_OK;
    }
    /* The loader's message often starts with the path. */
    const char *error = dlerror();
    const size_t prefix = strlen(path);
    if (error != NULL && strncmp(error, path, prefix) == 0 && strncmp(error + prefix, ": ", 2) == 0)
        error += prefix + 2;
    return gql_fail(failure, GQL_E_UNAVAILABLE, "%s: can't be loaded: %s%s", real,
                    error != NULL ? error : "unknown error", cure_of(error));
}

static void say(gql_runtime *runtime, const char *message)
{
    const gql_host *host = gql_runtime_host(runtime);
    const gql_log *log = host->extension(host, GQL_EXT_LOG);
    if (log != NULL)
        log->write(host, GQL_LOG_INFO, message, strlen(message), NULL);
}

/*
 * Where no signature is asked for, strangers who may write there are only named, and not as a
 * warning: folders of developers and of builds are often so.
 */
static int32_t judge_access(gql_runtime *runtime, const gql_failure *found, gql_failure *failure)
{
    if (gql_runtime_trust(runtime) == NULL) {
        say(runtime, found->message);
        return GQL_OK;
    }
    distrust_note(DISTRUST_ACCESS);
    return gql_fail(failure, found->code, "%s", found->message);
}

static int32_t check_file_access(gql_runtime *runtime, const char *path, gql_failure *failure)
{
    gql_failure found = {.struct_size = sizeof found}, said = found;
    if (write_access_check(path, geteuid(), &found) == GQL_OK)
        return GQL_OK;
    gql_fail(&said, found.code, "%s: %s", path, found.message);
    return judge_access(runtime, &said, failure);
}

static int32_t check_copy_access(gql_runtime *runtime, const char *path, gql_failure *failure)
{
    gql_failure found = {.struct_size = sizeof found}, said = found;
    if (write_access_check(private_copy_parent(), geteuid(), &found) == GQL_OK)
        return GQL_OK;
    gql_fail(&said, found.code,
             "%s: of the folder that it is copied into: %s; or set TMPDIR to "
             "another",
             path, found.message);
    return judge_access(runtime, &said, failure);
}

static int32_t load_copy(gql_runtime *runtime, const char *path, const char *real, void **ret_code,
                         gql_failure *failure)
{
    const struct trust *trust = gql_runtime_trust(runtime);
    struct private_copy copy;
    int32_t code = private_copy_make(&copy, real, failure);
    if (code == GQL_OK)
        code = check_copy_access(runtime, path, failure);
    if (code == GQL_OK && trust != NULL)
        code = trust_check(trust, path, copy.file, failure);
    if (code == GQL_OK) /* Somebody may have written to the file meanwhile. */
        code = gql_elf_validate(copy.path, real, failure);
    if (code == GQL_OK)
        code = load(real, copy.path, ret_code, failure);
    private_copy_remove(&copy);
    return code;
}

int32_t code_map(gql_runtime *runtime, const char *path, const char *real, void **ret_code,
                 gql_failure *failure)
{
    const bool copies = gql_runtime_copies_plugins(runtime);
    int32_t code = gql_elf_validate(real, path, failure);
    if (code == GQL_OK)
        code = check_file_access(runtime, path, failure);
    if (code != GQL_OK)
        return code;
    /* dlopen searches the library path for names without a slash, which `real` is not. */
    return copies ? load_copy(runtime, path, real, ret_code, failure)
                  : load(real, real, ret_code, failure);
}
