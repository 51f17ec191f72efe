// SPDX-License-Identifier: MIT
#include "abi/check/checks.h"

#include <string.h>

const struct check checks[] = {
    {"file", "a shared object for this machine, which can be loaded", {NULL}, check_file},
    {"exports", "it exports the entry and nothing else", {NULL}, check_exports},
    {"constructors", "nothing runs before init or after deinit", {NULL}, check_constructors},

    {"entry", "the entry takes this host, and always gives the same plugin", {NULL}, check_entry},
    {"foreign-major",
     "the entry refuses hosts of another major version",
     {"entry"},
     check_foreign_major},
    {"version", "it is written for the version of this ABI", {"entry"}, check_version},
    {"sizes", "every struct is as large as the version says", {"version"}, check_sizes},
    {"members", "every required member is there", {"sizes"}, check_members},
    {"reserved", "reserved members are 0, kinds and flags known", {"members"}, check_reserved},
    {"descriptor",
     "id, version, licence and the like have the form they should",
     {"members"},
     check_descriptor},

    {"sdl", "every part of the schema can be read", {"members"}, check_sdl},
    {"bind-empty", "the schema binds to a host that has no types", {"sdl"}, check_bind_empty},
    {"bind-common",
     "the schema binds to a host that has the common types",
     {"sdl"},
     check_bind_common},
    {"bind-host", "the schema binds to the host's of --host-schema", {"sdl"}, check_bind_host},
    {"resolvers", "resolvers and fields match", {"sdl"}, check_resolvers},
    {"loaders", "loaders and types match", {"sdl"}, check_loaders},
    {"references", "types that are left to the host exist", {"sdl"}, check_references},
    {"subgraph",
     "the subgraph is one of Federation 2, and serves the same",
     {"members", "resolvers", "loaders"},
     check_subgraph},
    {"config-schema",
     "the configuration's schema is one, and closed",
     {"members"},
     check_config_schema},

    {"init", "init succeeds, and may come again", {"members"}, check_init},
    {"extensions", "unknown extensions are not offered", {"init"}, check_extensions},
    {"config-refusals",
     "create refuses unknown settings, and names them",
     {"init"},
     check_config_refusals},
    {"create", "create, drain and destroy do", {"init"}, check_create},

    {"answers", "every call is answered in time", {"create"}, check_answers},
    {"completes-once", "every reply is completed once", {"answers"}, check_completes_once},
    {"values", "values are JSON, and fit schema and selection", {"answers"}, check_values},
    {"errors", "errors have code, message and extensions", {"answers"}, check_errors},
    {"return-codes", "resolvers return what they did", {"answers"}, check_return_codes},
    {"inline", "what is said to complete inline does", {"answers"}, check_inline},
    {"blocking", "no call keeps the host's thread", {"answers"}, check_blocking},
    {"overrun", "replies are written within their capacity", {"answers"}, check_overrun},
    {"late-write", "replies are left alone after their completion", {"answers"}, check_late_write},
    {"inputs", "calls are only read, and only until their completion", {"answers"}, check_inputs},
    {"one-thread", "one thread at a time uses a reply", {"answers"}, check_one_thread},
    {"drain-refuses", "calls after drain are rejected at once", {"answers"}, check_drain_refuses},
    {"drain-waits",
     "calls under way are completed when drain returns",
     {"answers"},
     check_drain_waits},

    {"threads", "instances leave no thread", {"create"}, check_threads},
    {"descriptors", "instances leave no file descriptor", {"create"}, check_descriptors},
    {"memory", "instances leave no memory", {"create", "threads"}, check_memory},
    {"mappings", "instances leave no mapping", {"create", "threads"}, check_mappings},
    {"parallel", "two instances live side by side", {"create"}, check_parallel},
    {"unload", "after deinit and dlclose nothing is left", {"init"}, check_unload},
};

const size_t check_count = sizeof checks / sizeof checks[0];

bool check_came_to(const struct check_run *run, const char *name, enum check_outcome outcome)
{
    for (size_t i = 0; i < check_count; i++)
        if (strcmp(checks[i].name, name) == 0)
            return run->results[i].done && run->results[i].outcome == outcome;
    return false;
}

bool check_passed(const struct check_run *run, const char *name)
{
    return check_came_to(run, name, CHECK_OK);
}
