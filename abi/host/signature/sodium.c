// SPDX-License-Identifier: MIT
#include "abi/host/signature/sodium.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "abi/host/base/failure.h"

/* The versions have all of the functions, with the same parameters. The oldest is Debian 12's. */
static const char *const versions[] = {"libsodium.so.23", "libsodium.so.26"};

static struct {
    pthread_once_t once;
    bool loaded;
    struct sodium functions;
    char error[256]; /* Why it is not loaded. */
} library = {.once = PTHREAD_ONCE_INIT};

static bool find(void *code, const char *name, void *ret_function, size_t size)
{
    void *symbol = dlsym(code, name);
    memcpy(ret_function, &symbol, size);
    return symbol != NULL;
}

static bool find_all(void *code, struct sodium *functions)
{
    return find(code, "sodium_init", &functions->init, sizeof functions->init) &&
           find(code, "crypto_generichash", &functions->hash, sizeof functions->hash) &&
           find(code, "crypto_sign_verify_detached", &functions->verify,
                sizeof functions->verify) &&
           find(code, "sodium_base642bin", &functions->decode, sizeof functions->decode) &&
           functions->init() >= 0;
}

static void note_error(void)
{
    const char *error = dlerror();
    if (library.error[0] == '\0') /* The first version is what the message asks for. */
        snprintf(library.error, sizeof library.error, "%s",
                 error != NULL ? error : "it can't be initialized");
}

static void load(void)
{
    for (size_t i = 0; i < sizeof versions / sizeof *versions && !library.loaded; i++) {
        void *code = dlopen(versions[i], RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
        library.loaded = code != NULL && find_all(code, &library.functions);
        if (!library.loaded)
            note_error();
    }
}

const struct sodium *sodium_functions(gql_failure *failure)
{
    pthread_once(&library.once, load);
    if (library.loaded)
        return &library.functions;
    gql_fail(failure, GQL_E_UNAVAILABLE,
             "Signatures can't be checked, because libsodium can't be loaded: %s; install it "
             "(Debian: libsodium23), or trust no keys",
             library.error);
    return NULL;
}
