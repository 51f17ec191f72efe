// SPDX-License-Identifier: MIT
#include "plugin/ctl/server_commands.h"

#include <string.h>

#ifdef PLUGIN_POSTGRES

static enum exit_code refuse_copies(const struct options *options)
{
    (void)options;
    return report(EXIT_USAGE, "a database on a PostgreSQL server is backed up and restored with "
                              "PostgreSQL's own tools: pg_dump and pg_restore, or those for whole "
                              "servers");
}

static enum exit_code refuse(const struct options *options)
{
    (void)options;
    return report(
        EXIT_USAGE,
        "this command works on SQLite databases only; on a PostgreSQL "
        "server, these do: migrate, stats, check, export, import, audit verify, "
        "deleted list, undelete, consumers list, consumers remove, tenants list, tenants show, "
        "tenants suspend, tenants resume, tenants erase");
}

tool_run_fn *server_command(const char *name)
{
    static const struct {
        const char *name;
        tool_run_fn *run;
    } commands[] = {
        {"audit verify", server_audit_verify},
        {"backup", refuse_copies},
        {"check", server_check},
        {"consumers list", server_consumers_list},
        {"consumers remove", server_consumers_remove},
        {"deleted list", server_deleted_list},
        {"export", server_export},
        {"import", server_import},
        {"migrate", server_migrate},
        {"restore", refuse_copies},
        {"stats", server_stats},
        {"tenants erase", server_tenants_erase},
        {"tenants list", server_tenants_list},
        {"tenants resume", server_tenants_resume},
        {"tenants show", server_tenants_show},
        {"tenants suspend", server_tenants_suspend},
        {"undelete", server_undelete_command},
    };
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(commands[i].name, name) == 0)
            return commands[i].run;
    }
    return refuse;
}

#else

static enum exit_code refuse(const struct options *options)
{
    (void)options;
    return report(EXIT_UNUSABLE, "this tool is built without the engine for PostgreSQL; build it "
                                 "with -Dpostgres=enabled");
}

tool_run_fn *server_command(const char *name)
{
    (void)name;
    return refuse;
}

#endif
