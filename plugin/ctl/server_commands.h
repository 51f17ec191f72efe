// SPDX-License-Identifier: MIT
/* The commands on a database that is on a PostgreSQL server: --database is its URL. */
#ifndef PLUGIN_CTL_SERVER_COMMANDS_H
#define PLUGIN_CTL_SERVER_COMMANDS_H

#include "plugin/ctl/commands.h"
#include "vault/tool/tool.h"

/* What runs the command of that name. Never NULL: what can't be done is refused with a reason. */
tool_run_fn *server_command(const char *name);

enum exit_code server_migrate(const struct options *options);
enum exit_code server_stats(const struct options *options);
enum exit_code server_audit_verify(const struct options *options);
enum exit_code server_check(const struct options *options);
enum exit_code server_consumers_list(const struct options *options);
enum exit_code server_consumers_remove(const struct options *options);
enum exit_code server_deleted_list(const struct options *options);
enum exit_code server_undelete_command(const struct options *options);
enum exit_code server_tenants_list(const struct options *options);
enum exit_code server_tenants_show(const struct options *options);
enum exit_code server_tenants_suspend(const struct options *options);
enum exit_code server_tenants_erase(const struct options *options);
enum exit_code server_tenants_resume(const struct options *options);
enum exit_code server_export(const struct options *options);
enum exit_code server_import(const struct options *options);

#endif
