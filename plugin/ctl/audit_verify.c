// SPDX-License-Identifier: MIT
/* The command audit verify. */
#include <sodium.h>
#include <stdio.h>

#include "plugin/ctl/audit_verdict.h"
#include "plugin/ctl/organizations.h"
#include "plugin/ctl/output.h"
#include "plugin/store/sqlite/maintenance/trails.h"
#include "vault/timestamp.h"

struct verdict {
    char fault[256];
    char head[2 * TRAIL_HASH_SIZE + 1];
    char checkpoint[2 * TRAIL_HASH_SIZE + 1]; /* Empty: nothing was removed. */
    char time[VAULT_TIMESTAMP_SIZE];          /* When that was. */
};

static json_t *checkpoint_value(const struct trail_check *check, const struct verdict *verdict)
{
    if (verdict->checkpoint[0] == '\0')
        return json_null();
    return json_pack("{s:I, s:s, s:s}", "sequence", (json_int_t)check->checkpoint.head.length,
                     "hash", verdict->checkpoint, "time", verdict->time);
}

static void print_text(struct text id, const struct trail_check *check,
                       const struct verdict *verdict)
{
    output_text(id);
    if (check->fault != TRAIL_SOUND)
        printf(": changed; %s\n", verdict->fault);
    else
        printf(": sound; %lld events, head %s\n", (long long)check->head.length, verdict->head);
    if (verdict->checkpoint[0] != '\0')
        printf("  the first %lld were removed, the last time at %s; checkpoint %s\n",
               (long long)check->checkpoint.head.length, verdict->time, verdict->checkpoint);
}

static enum exit_code print(const struct options *options, const char *database, struct text id,
                            const struct trail_check *check, const struct verdict *verdict)
{
    const bool is_sound = check->fault == TRAIL_SOUND;
    if (options->json != NULL)
        return output_json_line(
            json_pack("{s:s, s:o, s:b, s:I, s:I, s:s, s:o, s:s?}", "database", database,
                      "organization", output_text_value(id), "sound", is_sound, "events",
                      (json_int_t)check->head.length, "erasedBodies", (json_int_t)check->erased,
                      "head", verdict->head, "checkpoint", checkpoint_value(check, verdict),
                      "fault", is_sound ? NULL : verdict->fault));
    print_text(id, check, verdict);
    return EXIT_DONE;
}

enum exit_code audit_verdict(const struct options *options, const char *database, struct text id,
                             const struct trail_check *check)
{
    struct verdict verdict;
    trail_check_describe(check, verdict.fault, sizeof verdict.fault);
    sodium_bin2hex(verdict.head, sizeof verdict.head, check->head.hash.bytes, TRAIL_HASH_SIZE);
    verdict.checkpoint[0] = '\0';
    if (check->checkpoint.head.length > 0)
        sodium_bin2hex(verdict.checkpoint, sizeof verdict.checkpoint,
                       check->checkpoint.head.hash.bytes, TRAIL_HASH_SIZE);
    vault_timestamp_write(check->checkpoint.time, verdict.time);
    const enum exit_code code = print(options, database, id, check, &verdict);
    return code == EXIT_DONE && check->fault != TRAIL_SOUND ? EXIT_FOUND : code;
}

static enum exit_code verify(struct database_access *access, const struct target *target,
                             struct text id, void *user)
{
    struct trail_check check;
    gql_failure failure = {.struct_size = sizeof failure};
    (void)user;
    if (database_trail_verify(access, id, &check, &failure) != GQL_OK)
        return report_failure(&failure);
    return audit_verdict(target->options, target->path, id, &check);
}

static enum exit_code verify_all(const struct target *target, void *user)
{
    return organizations_each(target, verify, user);
}

enum exit_code run_audit_verify(const struct options *options)
{
    return targets_each(options, verify_all, NULL);
}
