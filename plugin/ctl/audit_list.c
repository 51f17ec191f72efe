// SPDX-License-Identifier: MIT
/* The command audit list. */
#include <stdio.h>
#include <string.h>

#include "plugin/ctl/organizations.h"
#include "plugin/ctl/output.h"
#include "plugin/store/sqlite/maintenance/trails.h"
#include "vault/json_reader.h"
#include "vault/timestamp.h"
#include "vault/tool/clock.h"

/* Which events are wanted. */
struct filter {
    struct identifier entity;
    bool has_entity;
    int64_t since; /* Unix milliseconds. */
    const char *actor;
    const char *type;
};

struct listing {
    const struct options *options;
    const struct filter *filter;
    enum exit_code code;
};

static const char *member(const json_t *body, const char *name)
{
    const char *text = json_string_value(json_object_get(body, name));
    return text == NULL ? "-" : text;
}

static bool is_wanted(const struct filter *filter, const json_t *body)
{
    int64_t time;
    const char *at = member(body, "time");
    return (filter->actor == NULL || strcmp(filter->actor, member(body, "actorId")) == 0) &&
           (filter->type == NULL || strcmp(filter->type, member(body, "eventType")) == 0) &&
           (filter->since == INT64_MIN ||
            (vault_timestamp_parse(at, strlen(at), &time) && time >= filter->since));
}

/* Without a body, no filter can tell. */
static bool filters_bodies(const struct filter *filter)
{
    return filter->actor != NULL || filter->type != NULL || filter->since != INT64_MIN;
}

static void print_changes(const json_t *body)
{
    const char *name;
    json_t *change;
    json_object_foreach(json_object_get(body, "data"), name, change) {
        if (json_is_object(change) && strcmp(name, "version") != 0) {
            fputs("  ", stdout);
            output_text(text_of(name));
        }
    }
    const json_t *version =
        json_object_get(json_object_get(json_object_get(body, "data"), "version"), "new");
    if (json_is_integer(version))
        printf("  (version %lld)", json_integer_value(version));
}

static enum exit_code print_body(const struct listing *listing, const struct trail_event *event,
                                 json_t *body)
{
    if (listing->options->json != NULL) {
        json_object_set_new(body, "sequence", json_integer(event->sequence));
        return output_json_line(json_incref(body));
    }
    printf("%lld  ", (long long)event->sequence);
    const char *const names[] = {"time", "organizationId", "eventType", "actorId", "aggregateId"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        fputs(i == 0 ? "" : "  ", stdout);
        output_text(text_of(member(body, names[i])));
    }
    print_changes(body);
    putchar('\n');
    return EXIT_DONE;
}

static enum exit_code print_erased(const struct listing *listing, const struct trail_event *event)
{
    char id[IDENTIFIER_TEXT_SIZE];
    identifier_write(&event->entity, id);
    if (listing->options->json != NULL)
        return output_json_line(json_pack("{s:I, s:s%, s:b}", "sequence",
                                          (json_int_t)event->sequence, "aggregateId", id,
                                          (size_t)IDENTIFIER_TEXT_SIZE, "erased", 1));
    printf("%lld  erased  %.*s\n", (long long)event->sequence, IDENTIFIER_TEXT_SIZE, id);
    return EXIT_DONE;
}

static bool take_event(void *user, const struct trail_event *event)
{
    struct listing *listing = user;
    json_t *body = NULL;
    const struct vault_bytes text = {event->body.data, event->body.size};
    if (event->body.data == NULL) {
        if (!filters_bodies(listing->filter))
            listing->code = print_erased(listing, event);
    } else if (vault_json_read(text, VAULT_JSON_STRICT, &body, NULL) != VAULT_JSON_OK ||
               !json_is_object(body)) {
        listing->code = report(EXIT_FOUND,
                               "event %lld can't be read; see integrationsctl audit verify",
                               (long long)event->sequence);
    } else if (is_wanted(listing->filter, body)) {
        listing->code = print_body(listing, event, body);
    }
    json_decref(body);
    return listing->code == EXIT_DONE;
}

static enum exit_code list(struct database_access *access, const struct target *target,
                           struct text id, void *user)
{
    const struct filter *filter = user;
    struct listing listing = {.options = target->options, .filter = filter};
    gql_failure failure = {.struct_size = sizeof failure};
    const struct store_event_range range = {.organization_id = id,
                                            .entity = filter->has_entity ? &filter->entity : NULL};
    if (database_trail_read(access, &range, take_event, &listing, &failure) != GQL_OK)
        return report_failure(&failure);
    return listing.code;
}

static enum exit_code list_all(const struct target *target, void *user)
{
    return organizations_each(target, list, user);
}

/* "7d" is that long ago. */
static bool parse_since(const char *text, int64_t *ret_ms)
{
    char span[32];
    int64_t later;
    const int64_t now = clock_now();
    if (clock_parse(text, now, ret_ms) && text[0] != '+')
        return true;
    if (snprintf(span, sizeof span, "+%s", text) >= (int)sizeof span ||
        !clock_parse(span, now, &later))
        return false;
    *ret_ms = now - (later - now);
    return true;
}

static bool is_type(const char *text)
{
    static const char *const types[] = {"CREATED", "UPDATED", "DELETED", "REFUSED"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strcmp(text, types[i]) == 0)
            return true;
    }
    return false;
}

enum exit_code run_audit_list(const struct options *options)
{
    struct filter filter = {.actor = options->actor, .type = options->type, .since = INT64_MIN};
    filter.has_entity = options->entity != NULL;
    if (filter.has_entity && !identifier_parse(text_of(options->entity), &filter.entity))
        return report(EXIT_USAGE, "--entity: '%s' is not the ID of an integration",
                      options->entity);
    if (options->since != NULL && !parse_since(options->since, &filter.since))
        return report(EXIT_USAGE,
                      "--since: '%s' is neither a time, 2030-01-02T03:04:05Z, nor how long ago, 7d",
                      options->since);
    if (options->type != NULL && !is_type(options->type))
        return report(EXIT_USAGE, "--type: '%s' is not CREATED, UPDATED, DELETED or REFUSED",
                      options->type);
    return targets_each(options, list_all, &filter);
}
