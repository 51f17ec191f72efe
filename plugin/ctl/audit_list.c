// SPDX-License-Identifier: MIT
/* The command audit list. */
#include <stdio.h>
#include <string.h>

#include "plugin/ctl/follow.h"
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

/* The command. */
struct search {
    struct filter filter;
    bool is_json;
    bool follows;
    struct follow follow; /* If so. */
};

/* Of one organization. */
struct listing {
    struct search *search;
    const char *path;
    struct text organization_id;
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
    if (listing->search->is_json) {
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

/* In the columns of the others. */
static enum exit_code print_erased(const struct listing *listing, const struct trail_event *event)
{
    char id[IDENTIFIER_TEXT_SIZE];
    identifier_write(&event->entity, id);
    if (listing->search->is_json)
        return output_json_line(
            json_pack("{s:I, s:o, s:s%, s:b}", "sequence", (json_int_t)event->sequence,
                      "organizationId", output_text_value(listing->organization_id), "aggregateId",
                      id, (size_t)IDENTIFIER_TEXT_SIZE, "erased", 1));
    printf("%lld  -  ", (long long)event->sequence);
    output_text(listing->organization_id);
    printf("  erased  -  %.*s\n", IDENTIFIER_TEXT_SIZE, id);
    return EXIT_DONE;
}

static bool take_event(void *user, const struct trail_event *event)
{
    struct listing *listing = user;
    json_t *body = NULL;
    const struct vault_bytes text = {event->body.data, event->body.size};
    if (event->body.data == NULL) {
        if (!filters_bodies(&listing->search->filter))
            listing->code = print_erased(listing, event);
    } else if (vault_json_read(text, VAULT_JSON_STRICT, &body, NULL) != VAULT_JSON_OK ||
               !json_is_object(body)) {
        listing->code = report(EXIT_FOUND,
                               "event %lld can't be read; see integrationsctl audit verify",
                               (long long)event->sequence);
    } else if (is_wanted(&listing->search->filter, body)) {
        listing->code = print_body(listing, event, body);
    }
    json_decref(body);
    if (!listing->search->follows)
        return listing->code == EXIT_DONE;
    follow_set_place(&listing->search->follow, listing->path, listing->organization_id,
                     event->sequence);
    return listing->code == EXIT_DONE && !follow_is_over();
}

/* Where the listing goes on. A trail that is shorter than before is another: of a backup. */
static int32_t find_place(struct listing *listing, struct database_access *access,
                          struct store_event_range *range, gql_failure *failure)
{
    struct trail_head head;
    struct search *search = listing->search;
    const struct text id = listing->organization_id;
    if (!search->follows)
        return GQL_OK;
    const int32_t code = database_trail_head(access, id, &head, failure);
    range->after = follow_place(&search->follow, listing->path, id);
    if (code != GQL_OK || head.length >= range->after)
        return code;
    report(EXIT_DONE, "the audit trail of '%.*s' is shorter than before; going on from its end",
           (int)id.size, id.data);
    range->after = head.length;
    follow_set_place(&search->follow, listing->path, id, head.length);
    return GQL_OK;
}

static enum exit_code list(struct database_access *access, const struct target *target,
                           struct text id, void *user)
{
    struct search *search = user;
    const struct filter *filter = &search->filter;
    struct listing listing = {.search = search, .path = target->path, .organization_id = id};
    gql_failure failure = {.struct_size = sizeof failure};
    struct store_event_range range = {.organization_id = id,
                                      .entity = filter->has_entity ? &filter->entity : NULL};
    int32_t code = find_place(&listing, access, &range, &failure);
    if (code == GQL_OK)
        code = database_trail_read(access, &range, take_event, &listing, &failure);
    return code == GQL_OK ? listing.code : report_failure(&failure);
}

static enum exit_code list_all(const struct target *target, void *user)
{
    struct search *search = user;
    if (search->follows && !follow_is_changed(&search->follow, target->path))
        return EXIT_DONE;
    return organizations_each(target, list, user);
}

/* What fails later is reported, and looked at again when its database has changed. */
static enum exit_code follow(const struct options *options, struct search *search)
{
    if (!follow_begin(&search->follow))
        return report_no_memory();
    const enum exit_code code = targets_each(options, list_all, search);
    while (code == EXIT_DONE && follow_wait())
        targets_each(options, list_all, search);
    follow_end(&search->follow);
    return code;
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
    static const char *const types[] = {"CREATED", "UPDATED", "DELETED", "RESTORED", "REFUSED"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strcmp(text, types[i]) == 0)
            return true;
    }
    return false;
}

static enum exit_code read_filter(const struct options *options, struct filter *filter)
{
    *filter = (struct filter){.actor = options->actor, .type = options->type, .since = INT64_MIN};
    filter->has_entity = options->entity != NULL;
    if (filter->has_entity && !identifier_parse(text_of(options->entity), &filter->entity))
        return report(EXIT_USAGE, "--entity: '%s' is not the ID of an integration",
                      options->entity);
    if (options->since != NULL && !parse_since(options->since, &filter->since))
        return report(EXIT_USAGE,
                      "--since: '%s' is neither a time, 2030-01-02T03:04:05Z, nor how long ago, 7d",
                      options->since);
    if (options->type != NULL && !is_type(options->type))
        return report(EXIT_USAGE,
                      "--type: '%s' is not CREATED, UPDATED, DELETED, RESTORED or REFUSED",
                      options->type);
    return EXIT_DONE;
}

enum exit_code run_audit_list(const struct options *options)
{
    const char *format = options->format == NULL ? "text" : options->format;
    const bool is_jsonl = strcmp(format, "jsonl") == 0;
    struct search search = {.is_json = is_jsonl || options->json != NULL,
                            .follows = options->follow != NULL};
    if (!is_jsonl && strcmp(format, "text") != 0)
        return report(EXIT_USAGE, "--format: '%s' is neither text nor jsonl", format);
    const enum exit_code code = read_filter(options, &search.filter);
    if (code != EXIT_DONE)
        return code;
    return search.follows ? follow(options, &search) : targets_each(options, list_all, &search);
}
