// SPDX-License-Identifier: MIT
#include <sodium.h>
#include <string.h>

#include "plugin/ctl/commands.h"
#include "plugin/ctl/output.h"
#include "plugin/ctl/server_commands.h"
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
#define WHICH_URL "(--database FILE|URL | --root DIR [--organization ID])"
#define ABOUT_WHICH_URL \
    ABOUT_WHICH "  URL             what gateways on PostgreSQL have as database.url\n"
#define ABOUT_JSON \
    "  --json          writes an object of JSON for each database, on a line of its own\n"
#define ABOUT_STATES                                                                           \
    "\n"                                                                                       \
    "  --database  the URL that gateways have as database.url; in a file that organizations\n" \
    "              share, none can be suspended\n"                                             \
    "  --root      the folder that gateways have as database.root\n"

static const struct tool_command commands[] = {
    {"check", WHICH_URL " [--json]",
     "Checks what a database holds, while gateways use it or not: SQLite's integrity_check and\n"
     "foreign keys, the counters, the values of each row, the order of titles, and the audit\n"
     "trails. Changes nothing. Exits with 1 if a database is damaged, and says what\n"
     "to do.\n" ABOUT_WHICH_URL ABOUT_JSON,
     NULL, 0, BIT(organization) | BIT(json), BIT(database) | BIT(root), run_check},
    {"stats", WHICH_URL " [--json]",
     "Says what a database holds: organizations and how many integrations they have, the version\n"
     "of its schema, the collation of its order, the sizes of its files.\n" ABOUT_WHICH_URL
         ABOUT_JSON,
     NULL, 0, BIT(organization) | BIT(json), BIT(database) | BIT(root), run_stats},
    {"backup", WHICH " --to PATH [--force] [--json]",
     "Copies a database while gateways use it: one state, with all that was acknowledged before\n"
     "the copy began. Checks the copy, and puts it in its place only then.\n" ABOUT_WHICH
     "  --to            the file for the copy; under a root, a folder, which becomes a root\n"
     "  --force         replaces a copy that is there, but no file of another kind\n" ABOUT_JSON,
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
    {"export", WHICH_URL " [--to FILE] [--force]",
     "Writes integrations with their IDs and versions, and the audit trail, as JSON Lines to\n"
     "standard output or a file. What is the same gives the same lines. The last line has a\n"
     "checksum: an export without it was cut off.\n" ABOUT_WHICH_URL
     "  --to            a file, which is made whole or not at all\n"
     "  --force         replaces an export that is there\n",
     NULL, 0, BIT(organization) | BIT(to) | BIT(force), BIT(database) | BIT(root), run_export},
    {"import", WHICH_URL " --from FILE [--remint MAPFILE] [--json]",
     "Takes what `export` has written, while gateways go on. Checks the whole file first. Each\n"
     "database is one transaction, in which its gateways' changes wait. What is there already,\n"
     "and the same, is left; what differs is refused. If this is ended in the middle, run it\n"
     "again.\n"
     "Under a root, organizations get databases.\n" ABOUT_WHICH_URL "  --from          the file\n"
     "  --remint        gives new IDs to integrations whose IDs lack the tag of their\n"
     "                  organization, and keeps in this file which; the trail keeps the old ones\n" ABOUT_JSON,
     NULL, BIT(from), BIT(organization) | BIT(remint) | BIT(json), BIT(database) | BIT(root),
     run_import},
    {"migrate", WHICH_URL " [--finish] [--locale LOCALE] [--json]",
     "Brings databases to this version's schema, while gateways go on, also those of the version\n"
     "before. A gateway does the same when it opens a database; with many, this does it\n"
     "beforehand. One that can't be migrated is named with the reason, and the others are\n"
     "migrated. If this is ended in the middle, run it again.\n" ABOUT_WHICH_URL
     "  --locale        of a database on PostgreSQL that has no tables yet: what gateways have as\n"
     "                  collation.locale; und if it is not given\n"
     "  --finish        lets only gateways of this version or later use them from then on:\n"
     "                  nothing changes any more without an event, or after an erasure\n" ABOUT_JSON,
     NULL, 0, BIT(organization) | BIT(finish) | BIT(locale) | BIT(json), BIT(database) | BIT(root),
     run_migrate},
    {"reindex", WHICH " [--locale LOCALE] [--json]",
     "Makes the order of titles anew with this machine's ICU, and SQLite's indexes: after a new\n"
     "version of ICU, before gateways do it as they start, or when `check` finds them wrong. Says\n"
     "how many integrations have another place. Under a root, gateways go on: they close each\n"
     "organization's database meanwhile. Gateways that use a single database must be\n"
     "stopped.\n" ABOUT_WHICH
     "  --locale        what gateways have as collation.locale; if it is not given,\n"
     "                  that of the order\n" ABOUT_JSON,
     NULL, 0, BIT(organization) | BIT(locale) | BIT(json), BIT(database) | BIT(root), run_reindex},
    {"tenants list", "(--database URL | --root DIR) [--json]",
     "Lists organizations with their states. Below a root: as their leases say, whether a gateway\n"
     "or a tool has the database open, and how large it is. On a server: how many integrations\n"
     "they have.\n" ABOUT_STATES,
     NULL, 0, BIT(json), BIT(database) | BIT(root), run_tenants_list},
    {"tenants show", "(--database URL | --root DIR) --organization ID [--json]",
     "Says of one organization the same, and what its state means.\n" ABOUT_STATES, NULL,
     BIT(organization), BIT(json), BIT(database) | BIT(root), run_tenants_show},
    {"tenants suspend", "(--database URL | --root DIR) --organization ID",
     "Suspends an organization: all gateways reject its changes, and its reads if their setting\n"
     "database.suspendedReads is false. Below a root they begin within a second, on a server at\n"
     "once.\n" ABOUT_STATES,
     NULL, BIT(organization), 0, BIT(database) | BIT(root), run_tenants_suspend},
    {"tenants resume", "(--database FILE|URL | --root DIR) --organization ID [--force]",
     "Ends a suspension, or what a tool that was ended in the middle has left.\n\n"
     "  --database  the file that gateways have as database.path: its organizations can only have\n"
     "              been erased; or the URL that they have as database.url\n"
     "  --root      the folder that gateways have as database.root\n"
     "  --force     lets one begin anew that was erased, or whose database is elsewhere\n",
     NULL, BIT(organization), BIT(force), BIT(database) | BIT(root), run_tenants_resume},
    {"tenants move", "--root DIR --organization ID --to DIR [--json]",
     "Moves an organization to another root, while gateways go on: they reject its calls\n"
     "meanwhile. Gateways of the former root reject them from then on. If this is ended in the\n"
     "middle, run it again.\n\n"
     "  --to    the other root, a folder\n",
     NULL, BIT(root) | BIT(organization) | BIT(to), BIT(json), 0, run_tenants_move},
    {"tenants erase", "(--database FILE|URL | --root DIR) --organization ID --force [--json]",
     "Erases an organization for good, while gateways go on. A tombstone stays, so that nothing\n"
     "comes back by accident. Prints a receipt, which names what could not be reached. If this is\n"
     "ended in the middle, run it again.\n\n"
     "  --database  the file that gateways have as database.path, for many organizations: erases\n"
     "              the rows of this one, what its events say, and what the file and its -wal\n"
     "              still hold of them. The hashes of its audit trail stay. On a server (URL), its\n"
     "              files hold the rows until VACUUM has passed\n"
     "  --root      the folder that gateways have as database.root: removes the organization's\n"
     "              database, its -wal, and what was kept by restores\n",
     NULL, BIT(organization), BIT(force) | BIT(json), BIT(database) | BIT(root), run_tenants_erase},
    {"deleted list", WHICH_URL " [--json]",
     "Lists integrations that were deleted and can be brought back: when, of whom, by whom, and\n"
     "their titles. How long they are kept is the gateways' setting\n"
     "retention.deletedDays.\n" ABOUT_WHICH_URL ABOUT_JSON,
     NULL, 0, BIT(organization) | BIT(json), BIT(database) | BIT(root), run_deleted_list},
    {"undelete", WHICH_URL " [--keyring FILE] [--actor NAME] [--json] ID",
     "Brings a deleted integration back, while gateways go on: with its ID, one version more, and\n"
     "an event RESTORED in the audit trail. Exits with 1 if that can't be done, and\n"
     "says why.\n" ABOUT_WHICH_URL
     "  --keyring       the vault's keyring: the integration comes back without its credentialRef\n"
     "                  if the token or its key was revoked meanwhile, or the key is not known;\n"
     "                  {organization} in its path stands for the organization's name\n"
     "  --actor         who brings it back, for the trail; by default who runs this\n" ABOUT_JSON,
     "ID", 0, BIT(organization) | BIT(keyring) | BIT(actor) | BIT(json), BIT(database) | BIT(root),
     run_undelete},
    {"tokens expiring", WHICH " --within TIME [--keyring FILE] [--json]",
     "Lists integrations whose credentialRef has expired, or expires soon. Exits with 1 if there\n"
     "are any.\n" ABOUT_WHICH "  --within        how soon: 30d (s, m, h, d, w)\n"
     "  --keyring       the vault's keyring: lists those, too, whose token or key it has revoked,\n"
     "                  or whose key it does not know; {organization} in its path stands for the\n"
     "                  organization's name, where each has its own\n" ABOUT_JSON,
     NULL, BIT(within), BIT(organization) | BIT(keyring) | BIT(json), BIT(database) | BIT(root),
     run_tokens_expiring},
    {"audit list",
     WHICH " [--entity ID] [--actor ID] [--type TYPE] [--since TIME] [--follow] [--format FORMAT] "
           "[--json]",
     "Lists the events of the audit trail: who did what to which integration.\n" ABOUT_WHICH
     "  --entity        only of this integration, also if it was deleted\n"
     "  --actor         only by this actor\n"
     "  --type          only CREATED, UPDATED, DELETED, RESTORED or REFUSED\n"
     "  --since         only from 2030-01-02T03:04:05Z on, or in the last 7d (s, m, h, d, w)\n"
     "  -f, --follow    goes on with events as they come, until SIGINT or SIGTERM, or until\n"
     "                  nobody reads its output\n"
     "  --format        text, or jsonl, which is the same as --json\n"
     "  --json          writes each event as it is stored, with its sequence\n",
     NULL, 0,
     BIT(organization) | BIT(entity) | BIT(actor) | BIT(type) | BIT(since) | BIT(follow) |
         BIT(format) | BIT(json),
     BIT(database) | BIT(root), run_audit_list},
    {"audit verify", WHICH_URL " [--json]",
     "Verifies the trail of each organization: that no event was changed, and none is missing.\n"
     "Exits with 1 if one was, and says which. Note the heads elsewhere: who can write to the\n"
     "whole database can make another trail, with another head.\n" ABOUT_WHICH_URL ABOUT_JSON,
     NULL, 0, BIT(organization) | BIT(json), BIT(database) | BIT(root), run_audit_verify},
    {"consumers list", WHICH_URL " [--json]",
     "Lists who has claimed events, such as the gateways' webhooks: up to which event of each\n"
     "organization they have come, how many come after it, and until when the events are leased\n"
     "to which gateway, by its process ID. An organization whose events one has never claimed is\n"
     "left out.\n" ABOUT_WHICH_URL ABOUT_JSON,
     NULL, 0, BIT(organization) | BIT(json), BIT(database) | BIT(root), run_consumers_list},
    {"consumers remove", WHICH_URL " [--force] [--json] NAME",
     "Forgets a consumer that nobody needs any more. If it claims events again, it begins with\n"
     "the first one that is kept. Exits with 1 if there is none of that name.\n" ABOUT_WHICH_URL
     "  --force         also if events are leased for it; they may be delivered again\n" ABOUT_JSON,
     "NAME", 0, BIT(organization) | BIT(force) | BIT(json), BIT(database) | BIT(root),
     run_consumers_remove},
};

static const struct tool_option tool_options[] = {
#define TOOL_OPTION(member, option, is_flag) \
    {option, is_flag, OPTION_##member == OPTION_follow ? 'f' : 0},
    OPTIONS(TOOL_OPTION)
#undef TOOL_OPTION
};

/* A URL of PostgreSQL, which may hold a password: no command is to say it. */
static bool is_url(const char *database)
{
    return database != NULL && (strncmp(database, "postgresql://", 13) == 0 ||
                                strncmp(database, "postgres://", 11) == 0);
}

static tool_run_fn *choose(const struct tool_command *command, const struct options *given)
{
    return is_url(given->database) ? server_command(command->name) : command->run;
}

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
        .choose = choose,
    };
    if (sodium_init() < 0 || collation_init(&failure) != GQL_OK)
        return (int)report_failure(&failure);
    return tool_run(&tool, argc, argv);
}
