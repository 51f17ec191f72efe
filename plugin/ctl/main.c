// SPDX-License-Identifier: MIT
#include <sodium.h>

#include "plugin/ctl/commands.h"
#include "plugin/ctl/output.h"
#include "plugin/store/collation.h"
#include "vault/tool/tool.h"

#define BIT(member) (1u << OPTION_##member)

#define WHICH "(--database FILE | --root DIR [--organization ID])"
#define ABOUT_WHICH                                                                  \
    "\n"                                                                             \
    "  --database      the file that gateways have as database.path\n"               \
    "  --root          the folder that gateways have as database.root: all of its\n" \
    "                  organizations, or the one that --organization names\n"        \
    "  --organization  the database must be this organization's, or of all\n"
#define ABOUT_JSON \
    "  --json          writes an object of JSON for each database, on a line of its own\n"

static const struct tool_command commands[] = {
    {"check", WHICH " [--json]",
     "Checks what a database holds, while gateways use it or not: SQLite's integrity_check and\n"
     "foreign keys, the counters, the values of each row, and the order of titles. Changes\n"
     "nothing. Exits with 1 if a database is damaged, and says what to do.\n" ABOUT_WHICH
         ABOUT_JSON,
     NULL, 0, BIT(organization) | BIT(json), BIT(database) | BIT(root), run_check},
    {"stats", WHICH " [--json]",
     "Says what a database holds: organizations and how many integrations they have, the version\n"
     "of its schema, the collation of its order, the sizes of its files.\n" ABOUT_WHICH ABOUT_JSON,
     NULL, 0, BIT(organization) | BIT(json), BIT(database) | BIT(root), run_stats},
    {"backup", WHICH " --to PATH [--force] [--json]",
     "Copies a database while gateways use it: one state, with all that was acknowledged before\n"
     "the copy began. Checks the copy, and puts it in its place only then.\n" ABOUT_WHICH
     "  --to            the file for the copy; under a root, a folder, which becomes a root\n"
     "  --force         replaces a copy that is there\n" ABOUT_JSON,
     NULL, BIT(to), BIT(organization) | BIT(force) | BIT(json), BIT(database) | BIT(root),
     run_backup},
    {"restore", WHICH " --from PATH [--force] [--json]",
     "Puts a backup, which it checks first, in the place of a database. The former database is\n"
     "kept by another name. Under a root, gateways go on: they close the organization's database\n"
     "meanwhile. Gateways that use a single database must be stopped. If this is ended in the\n"
     "middle, run it again.\n" ABOUT_WHICH
     "  --from          what `backup` had as --to: a file; under a root, a folder\n"
     "  --force         replaces a database that is there, or was erased\n" ABOUT_JSON,
     NULL, BIT(from), BIT(organization) | BIT(force) | BIT(json), BIT(database) | BIT(root),
     run_restore},
};

static const struct tool_option tool_options[] = {
#define TOOL_OPTION(member, option, is_flag) {option, is_flag},
    OPTIONS(TOOL_OPTION)
#undef TOOL_OPTION
};

int main(int argc, char **argv)
{
    static struct options given;
    gql_failure failure = {.struct_size = sizeof failure};
    const struct tool tool = {
        .name = "integrationsctl",
        .version = PLUGIN_VERSION,
        .purpose = "integrationsctl looks after the databases of integrations.so, beside the "
                   "gateways that use them.",
        .exit_codes = "0 done; 1 something was found; 2 wrong usage; 3 a database or a file can't "
                      "be used",
        .commands = commands,
        .command_count = sizeof commands / sizeof *commands,
        .options = tool_options,
        .option_count = OPTION_COUNT,
        .given = &given,
        .values = given.values,
        .operand = &given.operand,
    };
    if (sodium_init() < 0 || collation_init(&failure) != GQL_OK)
        return (int)report_failure(&failure);
    return tool_run(&tool, argc, argv);
}
