// SPDX-License-Identifier: MIT
/* The command deleted list. */
#include <stdio.h>
#include <string.h>

#include "plugin/ctl/deleted_listing.h"
#include "plugin/ctl/organizations.h"
#include "plugin/ctl/output.h"
#include "plugin/store/sqlite/maintenance/deleted.h"
#include "plugin/store/sqlite/maintenance/trails.h"
#include "vault/json_reader.h"
#include "vault/timestamp.h"

struct listing {
    struct database_access *access;
    const struct target *target;
    enum exit_code code;
};

/* ---- Who deleted it ---- */

bool deletion_take_event(void *user, const struct trail_event *event)
{
    struct deletion *deletion = user;
    json_t *body = NULL;
    const struct vault_bytes text = {event->body.data, event->body.size};
    if (text.data != NULL &&
        vault_json_read(text, VAULT_JSON_STRICT, &body, NULL) == VAULT_JSON_OK) {
        const char *type = json_string_value(json_object_get(body, "eventType"));
        const char *actor = json_string_value(json_object_get(body, "actorId"));
        if (type != NULL && strcmp(type, "DELETED") == 0) {
            deletion->is_known = actor != NULL;
            snprintf(deletion->actor, sizeof deletion->actor, "%s", actor == NULL ? "" : actor);
        }
    }
    json_decref(body);
    return true;
}

/* ---- The list ---- */

enum exit_code deletion_print(const struct options *options,
                              const struct deleted_integration *deleted,
                              const struct deletion *deletion)
{
    char id[IDENTIFIER_TEXT_SIZE], time[VAULT_TIMESTAMP_SIZE];
    const struct integration *integration = &deleted->integration;
    const char *actor = deletion->is_known ? deletion->actor : NULL;
    identifier_write(&integration->id, id);
    vault_timestamp_write(deleted->time, time);
    if (options->json != NULL)
        return output_json_line(
            json_pack("{s:o, s:s%, s:o, s:i, s:b, s:s, s:o}", "organization",
                      output_text_value(integration->organization_id), "id", id,
                      (size_t)IDENTIFIER_TEXT_SIZE, "title", output_text_value(integration->title),
                      "version", (int)integration->version, "isActive", integration->is_active,
                      "deletedAt", time, "actorId", output_text_value(text_of(actor))));
    printf("%s  %.*s  ", time, IDENTIFIER_TEXT_SIZE, id);
    output_text(integration->organization_id);
    fputs("  ", stdout);
    output_text(text_of(actor == NULL ? "-" : actor));
    fputs("  ", stdout);
    output_text(integration->title);
    putchar('\n');
    return EXIT_DONE;
}

static bool take_deleted(void *user, const struct deleted_integration *deleted)
{
    struct listing *listing = user;
    struct deletion deletion = {.is_known = false};
    gql_failure failure = {.struct_size = sizeof failure};
    const struct store_event_range range = {.organization_id = deleted->integration.organization_id,
                                            .entity = &deleted->integration.id};
    const int32_t code = database_trail_read(listing->access, &range, deletion_take_event,
                                             &deletion, &failure);
    listing->code = code == GQL_OK ? deletion_print(listing->target->options, deleted, &deletion)
                                   : report_failure(&failure);
    return listing->code == EXIT_DONE;
}

static enum exit_code list(struct database_access *access, const struct target *target,
                           struct text id, void *user)
{
    (void)user;
    struct listing listing = {.access = access, .target = target};
    gql_failure failure = {.struct_size = sizeof failure};
    int32_t code = database_access_begin(access, STATEMENT_BEGIN_READ, &failure);
    if (code == GQL_OK)
        code = database_deleted_of(access, id, take_deleted, &listing, &failure);
    database_access_rollback(access);
    return code == GQL_OK ? listing.code : report_failure(&failure);
}

static enum exit_code list_all(const struct target *target, void *user)
{
    return organizations_each(target, list, user);
}

enum exit_code run_deleted_list(const struct options *options)
{
    return targets_each(options, list_all, NULL);
}
