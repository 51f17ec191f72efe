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
