// SPDX-License-Identifier: MIT
/*
 * The command tenants move: an organization's database goes to another root. Both leases say
 * `moving` until the new database is durable and the old one is gone; then the new one says what
 * the old one had said, and the old one stays as it is, so that nothing begins anew there. Whenever
 * this is killed, the whole database is in one of the places, or in both, and nobody writes to it.
 *
 * Each move has a random name, which stands beside both leases: a database at the destination is
 * its copy only if both name the same move. Other tools that write `moving` drop the name.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/ctl/commands.h"
#include "plugin/ctl/copy.h"
#include "plugin/ctl/output.h"
#include "plugin/ctl/tenant.h"
#include "plugin/store/sqlite/maintenance/install.h"
#include "plugin/store/tenants/folder.h"
#include "plugin/store/tenants/lease_hold.h"
#include "plugin/store/tenants/root.h"

struct move {
    const struct options *options;
    struct tenant from, to;
    struct lease_hold source, destination;
    struct copy copy;
    char name[LEASE_MOVE_SIZE];
};

static enum exit_code hold(struct lease_hold *lease, const struct tenant *tenant)
{
    gql_failure failure = {.struct_size = sizeof failure};
    return lease_hold_begin(lease, tenant->folder, &failure) == GQL_OK ? EXIT_DONE
                                                                       : report_failure(&failure);
}

static enum exit_code close_database(struct lease_hold *lease, const char *name)
{
    gql_failure failure = {.struct_size = sizeof failure};
    return lease_hold_close_database(lease, LEASE_MOVING, name, &failure) == GQL_OK
               ? EXIT_DONE
               : report_failure(&failure);
}

static enum exit_code say(struct lease_hold *lease, enum lease_state state)
{
    gql_failure failure = {.struct_size = sizeof failure};
    return lease_hold_write(lease, state, &failure) == GQL_OK ? EXIT_DONE
                                                              : report_failure(&failure);
}

/* What a killed move has left is gone on with: both say `moving`, by the same move. */
static bool is_interrupted(const struct move *move)
{
    return move->source.state == LEASE_MOVING && move->destination.state == LEASE_MOVING &&
           move->source.move[0] != '\0' && strcmp(move->source.move, move->destination.move) == 0;
}

static void give_name(struct move *move)
{
    unsigned char bytes[(LEASE_MOVE_SIZE - 1) / 2];
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2hex(move->name, sizeof move->name, bytes, sizeof bytes);
    if (is_interrupted(move))
        snprintf(move->name, sizeof move->name, "%s", move->source.move);
}

/* Which of the two is the newer one, the operator knows. */
static enum exit_code refuse_existing(const struct move *move)
{
    if (move->source.state != LEASE_MOVING)
        return report(EXIT_UNUSABLE, "a database or its -wal is there already: '%s'",
                      move->to.database);
    return report(EXIT_UNUSABLE,
                  "'%s' and '%s' are both there, and the second is not what this move has copied: "
                  "it may be newer. Compare them (integrationsctl export --database). To keep the "
                  "second, use integrationsctl tenants resume --root '%s'; to move the first, move "
                  "the second elsewhere, and run this again",
                  move->from.database, move->to.database, move->options->to);
}

static enum exit_code may_move(const struct move *move)
{
    const int size = (int)move->from.id.size;
    const char *id = move->from.id.data;
    const bool is_there = tenant_has_database(&move->from);
    if (move->source.state == LEASE_ERASED)
        return report(EXIT_UNUSABLE, "organization '%.*s' was erased", size, id);
    if (!is_there && !(is_interrupted(move) && tenant_has_database(&move->to)))
        return report(EXIT_UNUSABLE, "organization '%.*s' has no database '%s'", size, id,
                      move->from.database);
    if (database_is_half_installed(move->from.database))
        return report(EXIT_UNUSABLE,
                      "a restore of organization '%.*s' was ended in the middle; run it again",
                      size, id);
    if (!is_interrupted(move) && database_is_there(move->to.database))
        return refuse_existing(move);
    if (move->destination.state == LEASE_ERASED)
        return report(EXIT_UNUSABLE,
                      "organization '%.*s' was erased from '%s', as its tombstone says; "
                      "integrationsctl tenants resume --force lets it in again",
                      size, id, move->options->to);
    gql_failure failure = {.struct_size = sizeof failure};
    return folder_check(move->from.folder, &failure) == GQL_OK ? EXIT_DONE
                                                               : report_failure(&failure);
}

static enum exit_code copy_over(struct move *move)
{
    char kept[PATH_MAX];
    const struct target source = {move->from.database, move->from.id, move->options};
    enum exit_code code = copy_make(&move->copy, &source, move->to.database);
    if (code == EXIT_DONE)
        code = copy_install(&move->copy, kept);
    copy_end(&move->copy);
    return code;
}

/* All of it but the lease: also what was restored over, and what a killed tool left. */
static enum exit_code remove_source(const struct move *move)
{
    gql_failure failure = {.struct_size = sizeof failure};
    return folder_empty(move->from.folder, &failure) == GQL_OK ? EXIT_DONE
                                                               : report_failure(&failure);
}

static enum exit_code move_database(struct move *move)
{
    const enum lease_state after = move->source.former;
    enum exit_code code = EXIT_DONE;
    /* A copy takes its place whole. Of the source, a killed move may have removed the log. */
    if (!tenant_has_database(&move->to))
        code = copy_over(move);
    if (code == EXIT_DONE)
        code = remove_source(move);
    return code == EXIT_DONE ? say(&move->destination, after) : code;
}

/* With both leases. If nothing was copied, they say what they said. */
static enum exit_code move_held(struct move *move)
{
    enum exit_code code = may_move(move);
    if (code != EXIT_DONE)
        return code;
    give_name(move);
    code = close_database(&move->source, move->name);
    if (code != EXIT_DONE)
        return code;
    code = close_database(&move->destination, move->name);
    if (code == EXIT_DONE)
        code = move_database(move);
    if (code == EXIT_DONE)
        return code;
    if (database_is_there(move->to.database))
        return report(code, "the organization stays closed in both roots until the move is run "
                            "again");
    say(&move->source, move->source.former);
    say(&move->destination, move->destination.former);
    return code;
}

static enum exit_code print(const struct move *move)
{
    if (move->options->json != NULL)
        return output_json_line(json_pack("{s:o, s:s, s:s}", "organization",
                                          output_text_value(move->from.id), "from",
                                          move->from.folder, "to", move->to.folder));
    output_text(text_of(move->to.folder));
    fputs(": moved from ", stdout);
    output_text(text_of(move->from.folder));
    putchar('\n');
    return EXIT_DONE;
}

static enum exit_code refuse_same(const struct move *move)
{
    return tenant_is_same_folder(move->from.folder, move->to.folder)
               ? report(EXIT_USAGE, "'%s' is where the organization is", move->options->to)
               : EXIT_DONE;
}

/* All that is in the organization's folder is removed. */
static enum exit_code refuse_inside(const struct move *move)
{
    char *folder = realpath(move->from.folder, NULL), *to = realpath(move->options->to, NULL);
    const size_t size = folder == NULL ? 0 : strlen(folder);
    const bool is_inside = folder != NULL && to != NULL && strncmp(to, folder, size) == 0 &&
                           (to[size] == '/' || to[size] == '\0');
    free(folder);
    free(to);
    return is_inside ? report(EXIT_USAGE,
                              "'%s' is in the organization's own folder: name a root elsewhere",
                              move->options->to)
                     : EXIT_DONE;
}

static enum exit_code find(struct move *move, const struct options *options)
{
    gql_failure failure = {.struct_size = sizeof failure};
    const struct text id = text_of(options->organization);
    enum exit_code code = tenant_find(&move->from, options->root, id);
    if (code == EXIT_DONE && root_check(options->to, &failure) != GQL_OK)
        code = report_failure(&failure);
    if (code == EXIT_DONE)
        code = refuse_inside(move);
    if (code == EXIT_DONE)
        code = tenant_locate(&move->to, options->to, id);
    if (code == EXIT_DONE)
        code = tenant_make_folder(&move->to, options->to);
    return code == EXIT_DONE ? refuse_same(move) : code;
}

enum exit_code run_tenants_move(const struct options *options)
{
    struct move move = {.options = options, .source.file = -1, .destination.file = -1};
    enum exit_code code = find(&move, options);
    if (code == EXIT_DONE)
        code = hold(&move.source, &move.from);
    if (code == EXIT_DONE)
        code = hold(&move.destination, &move.to);
    if (code == EXIT_DONE)
        code = move_held(&move);
    lease_hold_end(&move.destination);
    lease_hold_end(&move.source);
    return code == EXIT_DONE ? print(&move) : code;
}
