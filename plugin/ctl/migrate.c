// SPDX-License-Identifier: MIT
/* The command migrate. */
#include <stdio.h>

#include "plugin/ctl/migration.h"
#include "plugin/ctl/output.h"
#include "plugin/ctl/targets.h"
#include "plugin/store/sqlite/maintenance/upgrade.h"

/* How many databases there were. */
struct tally {
    long long migrated, were, failed;
};

enum exit_code migration_print(const struct options *options, const struct migration *migration)
{
    if (options->json != NULL)
        return output_json_line(
            json_pack("{s:s, s:o, s:i, s:i, s:b}", "database", migration->database, "organization",
                      output_text_value(migration->owner), "from", migration->from, "to",
                      migration->to, "finished", migration->finished));
    output_text(text_of(migration->database));
    if (migration->from == migration->to)
        printf(": has schema %d already", migration->to);
    else
        printf(": migrated from schema %d to %d", migration->from, migration->to);
    puts(migration->finished ? "; gateways of older versions can't use it any more" : "");
    fflush(stdout); /* Of many, what is done shows. */
    return EXIT_DONE;
}

static enum exit_code print(const struct target *target, const struct database_access *access,
                            const struct upgrade *upgrade)
{
    const struct migration migration = {target->path, access->owner.text, upgrade->from,
                                        upgrade->to, upgrade->finished};
    return migration_print(target->options, &migration);
}

static enum exit_code migrate_one(const struct target *target, void *user)
{
    struct upgrade upgrade;
    struct tally *tally = user;
    struct database_access access;
    gql_failure failure = {.struct_size = sizeof failure};
    const bool finishes = target->options->finish != NULL;
    int32_t code = database_access_open(&access, target->path, target->organization_id,
                                        CONNECTION_WRITER, &failure);
    if (code == GQL_OK)
        code = database_upgrade(&access, finishes, &upgrade, &failure);
    tally->failed += code != GQL_OK;
    tally->were += code == GQL_OK && upgrade.from == upgrade.to;
    tally->migrated += code == GQL_OK && upgrade.from != upgrade.to;
    const enum exit_code result = code == GQL_OK ? print(target, &access, &upgrade)
                                                 : report(EXIT_UNUSABLE, "'%s' is not migrated: %s",
                                                          target->path, failure_text(&failure));
    database_access_close(&access);
    return result;
}

enum exit_code run_migrate(const struct options *options)
{
    struct tally tally = {0};
    if (options->locale != NULL)
        return report(EXIT_USAGE,
                      "--locale is for databases on PostgreSQL; for others, see reindex");
    const enum exit_code code = targets_each(options, migrate_one, &tally);
    if (options->root != NULL && options->organization == NULL && options->json == NULL)
        printf("%lld migrated, %lld were already, %lld failed\n", tally.migrated, tally.were,
               tally.failed);
    return code;
}
