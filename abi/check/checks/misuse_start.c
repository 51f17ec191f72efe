// SPDX-License-Identifier: MIT
/* Hosts that break the contract in init and create. */
#include "abi/check/checks/misuse_start.h"

#include <stddef.h>
#include <string.h>

#include "abi/check/harness/perform.h"

enum { UNTOUCHED = 0xA5 };

enum function { INIT, CREATE };
static const char *const functions[] = {[INIT] = "init", [CREATE] = "create"};

/* ---- The host ---- */

static const struct host_defect {
    const char *name;
    uint32_t size; /* Not 0: ends the struct there. */
    bool reserved; /* `reserved` is not 0. Neither: NULL. */
} host_defects[] = {
    {"a gql_host that ends before its functions", offsetof(gql_host, reply_grow), false},
    {"a gql_host that ends before its last member", offsetof(gql_host, reply_error), false},
    {"a gql_host with a `reserved` that is not 0", 0, true},
    {"NULL in place of the host", 0, false},
};

static int32_t call_init(struct session *session, const gql_host *host, gql_failure *failure)
{
    const int32_t code = session->plugin->init(host, failure);
    if (code == GQL_OK)
        session->plugin->deinit();
    return code;
}

static int32_t call_create(struct session *session, const gql_host *host, const char *config,
                           gql_failure *failure)
{
    gql_instance *instance = NULL;
    const int32_t code = session->plugin->create(host, config, strlen(config), &instance, failure);
    if (code == GQL_OK)
        session->plugin->destroy(instance);
    return code;
}

/* The host with the defect, in memory of its own. NULL if the defect is that. */
static const gql_host *break_host(const struct session *session, const struct host_defect *defect)
{
    static gql_host host;
    host = *gql_runtime_host(session->runtime);
    host.reserved = defect->reserved;
    if (defect->size > 0) {
        host.struct_size = defect->size;
        perform_fill_behind((char *)&host + defect->size, &host + 1);
    }
    return defect->size > 0 || defect->reserved ? &host : NULL;
}

static void try_host(struct session *session, enum function function,
                     const struct host_defect *defect)
{
    gql_failure failure = {.struct_size = sizeof failure};
    const gql_host *host = break_host(session, defect);
    check_step("%s, with %s", functions[function], defect->name);
    const int32_t code = function == INIT
                             ? call_init(session, host, &failure)
                             : call_create(session, host, session->configs[0], &failure);
    check_step_done();
    const int32_t named = function == INIT ? GQL_E_VERSION : GQL_E_MISUSE;
    const bool right = defect->size > 0 ? code == named : code < 0;
    if (!right)
        check_fail(session->run, "%s, with %s: returned %d, instead of %s (%d)",
                   functions[function], defect->name, (int)code,
                   function == INIT ? "GQL_E_VERSION" : "GQL_E_MISUSE", (int)named);
}

/* ---- The failure ---- */

/* 0: NULL in its place. */
static const uint32_t failure_sizes[] = {offsetof(gql_failure, code),
                                         offsetof(gql_failure, message), GQL_FAILURE_SIZE_0_2 - 1,
                                         0};

/* Both have a reason to fail: a host without functions, and a configuration that is a list. */
static void fail_start(struct session *session, enum function function, gql_failure *failure)
{
    if (function == INIT)
        call_init(session, break_host(session, &host_defects[0]), failure);
    else
        call_create(session, gql_runtime_host(session->runtime), "[]", failure);
}

static bool is_untouched(const gql_failure *failure, uint32_t size)
{
    const unsigned char *bytes = (const unsigned char *)failure;
    for (size_t i = size; i < sizeof *failure; i++)
        if (bytes[i] != UNTOUCHED)
            return false;
    return true;
}

static void try_failure(struct session *session, enum function function, uint32_t size)
{
    gql_failure failure;
    memset(&failure, UNTOUCHED, sizeof failure);
    failure.struct_size = size;
    failure.code = GQL_OK;
    if (size <= offsetof(gql_failure, code))
        memset(&failure.code, UNTOUCHED, sizeof failure.code);
    check_step("%s, which fails, with a gql_failure of %u bytes (0: NULL)", functions[function],
               size);
    fail_start(session, function, size == 0 ? NULL : &failure);
    check_step_done();
    if (size > 0 && !is_untouched(&failure, size))
        check_fail(session->run, "%s, which failed, wrote beyond a gql_failure of %u bytes",
                   functions[function], size);
}

bool misuse_start(struct session *session)
{
    for (enum function function = INIT; function <= CREATE; function++) {
        for (size_t i = 0; i < sizeof host_defects / sizeof host_defects[0]; i++)
            try_host(session, function, &host_defects[i]);
        for (size_t i = 0; i < sizeof failure_sizes / sizeof failure_sizes[0]; i++)
            try_failure(session, function, failure_sizes[i]);
    }
    return !check_ended(session->run);
}
