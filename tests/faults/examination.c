// SPDX-License-Identifier: MIT
#include "tests/faults/examination.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/plugin/fixture.h"

enum { PAGE_LIMIT = 20, CHANGES = 12 };

/* The parameters of examine. */
static struct sample *sample;
static const struct scratch *folder;
static struct finding *finding;

static void note(const char *text)
{
    if (finding->text[0] == '\0')
        snprintf(finding->text, sizeof finding->text, "%s", text);
}

static void be_unclear(const char *text)
{
    finding->outcome = OUTCOME_UNCLEAR;
    note(text);
}

static bool is_named(enum store_status status)
{
    return status == STORE_DAMAGED || status == STORE_STOPPED;
}

/* Counts an error. Returns whether there is an answer to be judged. */
static bool is_answer(const char *operation, enum store_status status)
{
    char text[64];
    if (status == STORE_OK || status == STORE_NOT_FOUND)
        return true;
    if (is_named(status)) {
        finding->damage_named = true;
    } else {
        snprintf(text, sizeof text, "%s: status %d", operation, status);
        be_unclear(text);
    }
    return false;
}

static void read_one(struct store *store, const struct identifier *id)
{
    struct integration_copy copy;
    const enum store_status status = fixture_get(store, *id, &copy);
    if (is_answer("get", status))
        finding->gets |= truth_judge_one(&sample->truth, id,
                                         status == STORE_OK ? &copy.integration : NULL);
    integration_copy_finish(&copy);
}

struct scanning {
    const struct store_range *range;
    struct integration_list *list;
};

static enum store_status scan(struct store_reader *reader, void *context)
{
    const struct scanning *scanning = context;
    return store_scan(reader, scanning->range, PAGE_LIMIT, scanning->list);
}

/* Returns whether there is a next page, which begins behind *end. */
static bool read_page(struct store *store, const struct store_range *range,
                      struct store_position *end)
{
    INTEGRATION_LIST_AUTO list = {0};
    const enum store_status status = fixture_read(store, scan, &(struct scanning){range, &list});
    if (!is_answer("page", status))
        return false;
    const unsigned wrong = truth_judge_page(&sample->truth, range, PAGE_LIMIT, &list);
    finding->pages |= wrong;
    if (wrong != 0 || list.count < PAGE_LIMIT)
        return false;
    const struct integration *last = truth_find(&sample->truth, &list.items[list.count - 1].id);
    *end = (struct store_position){last->title, last->id};
    return true;
}

static void read_pages(struct store *store, struct store_range range)
{
    struct store_position end;
    while (read_page(store, &range, &end)) {
        if (range.backward)
            range.before = &end;
        else
            range.after = &end;
    }
}

static enum store_status count(struct store_reader *reader, void *context)
{
    struct store_counts *counts = context;
    return store_count(reader, text_of(sample_organizations[counts->active]), counts);
}

static void read_counts(struct store *store, int organization)
{
    struct store_counts counts = {.active = organization};
    const enum store_status status = fixture_read(store, count, &counts);
    const struct store_counts right = truth_counts(&sample->truth,
                                                   text_of(sample_organizations[organization]));
    if (is_answer("count", status) &&
        (counts.active != right.active || counts.inactive != right.inactive))
        finding->counts |= WRONG_COUNT;
}

static void read_all(struct store *store)
{
    for (int i = 0; i < SAMPLE_ORGANIZATIONS; i++) {
        read_counts(store, i);
        for (int way = 0; way < 6; way++)
            read_pages(store,
                       (struct store_range){.organization_id = text_of(sample_organizations[i]),
                                            .filter = (enum store_filter)(way / 2),
                                            .backward = way % 2 == 1});
    }
    for (size_t i = 0; i < sample->truth.count; i++)
        read_one(store, &sample->truth.items[i].integration.id);
    for (int i = 0; i < SAMPLE_DELETED; i++)
        read_one(store, &sample->deleted[i]);
}

/* What an acknowledged mutation of `item` must leave. */
static struct integration expected_of(const struct store_mutation *mutation,
                                      const struct integration *item)
{
    if (mutation->kind == STORE_CREATE)
        return (struct integration){.id = mutation->id,
                                    .version = 1,
                                    .is_active = true,
                                    .title = mutation->title,
                                    .organization_id = mutation->organization_id};
    struct integration expected = *item;
    if (mutation->kind == STORE_DELETE)
        return expected;
    expected.version++;
    expected.is_active = mutation->is_active;
    if (mutation->title.data != NULL)
        expected.title = mutation->title;
    return expected;
}

/* What is acknowledged becomes the sample->truth. */
static void judge_write(const struct store_mutation *mutation, const struct integration *item)
{
    struct integration_copy expected;
    const struct integration answer = mutation->result.integration;
    const struct integration borrowed = expected_of(mutation, item);
    cr_assert(integration_copy_init(&expected, &borrowed));
    if (!identifier_equal(&answer.id, &borrowed.id) || !truth_is_same(&answer, &borrowed))
        finding->writes |= WRONG_CONTENT;
    if (mutation->kind != STORE_CREATE)
        truth_remove(&sample->truth, &mutation->id);
    if (mutation->kind != STORE_DELETE)
        truth_add(&sample->truth, &expected.integration);
    integration_copy_finish(&expected);
}

static void write_one(struct store *store, struct store_mutation mutation,
                      const struct integration *item)
{
    const bool named = finding->damage_named;
    fixture_apply(store, &mutation);
    if (mutation.status == STORE_CONFLICT)
        finding->writes |= WRONG_CONTENT;
    else if (mutation.status == STORE_NOT_FOUND)
        finding->writes |= WRONG_LOST;
    else if (is_answer("write", mutation.status))
        judge_write(&mutation, item);
    if (named && !is_named(mutation.status))
        be_unclear("something was written after damage was found");
    integration_copy_finish(&mutation.result);
}

static void write_all(struct store *store)
{
    for (int i = 0; i < CHANGES; i++) {
        const struct integration *item =
            &sample->truth.items[i * 29 % (int)sample->truth.count].integration;
        char title[256];
        sample_title(title, i * 7);
        write_one(store,
                  (struct store_mutation){
                      .kind = (enum store_mutation_kind)(i % 3),
                      .id = item->id,
                      .expected_version = item->version,
                      .organization_id = text_of(sample_organizations[i % SAMPLE_ORGANIZATIONS]),
                      .title = i % 3 == 0 || i % 2 == 0 ? text_of(title) : NO_TEXT,
                      .sets_active = true,
                      .is_active = !item->is_active,
                  },
                  item);
    }
}

static bool opens(struct store **ret_store)
{
    gql_failure failure = {.struct_size = sizeof failure};
    if (fixture_try_open(folder, "und", ret_store, &failure) == GQL_OK)
        return true;
    finding->outcome = OUTCOME_REFUSED;
    note(failure.message);
    return false;
}

/* Opens the store, uses it and closes it. */
static void use(void (*function)(struct store *store))
{
    struct store *store = NULL;
    if (!opens(&store))
        return;
    read_all(store);
    if (function != NULL) {
        function(store);
        read_all(store);
    }
    fixture_close(&store);
}

static int lines_of_damage(void)
{
    static const char mark[] = "' is damaged: ";
    int lines = 0;
    for (const char *at = fixture_log(); (at = strstr(at, mark)) != NULL; at += sizeof mark)
        lines++;
    return lines;
}

static bool is_explained(void)
{
    return lines_of_damage() > 0 || strstr(fixture_log(), "is ordered by") != NULL ||
           strstr(fixture_log(), "schema version") != NULL;
}

void examine(struct sample *examined, const struct scratch *scratch, struct finding *ret_finding)
{
    sample = examined;
    folder = scratch;
    finding = ret_finding;
    fixture_now_ms += 60000; /* Later than all of the sample: IDs begin with the time. */
    use(write_all);
    use(NULL);
    if (finding->damage_named && !is_explained())
        be_unclear("no line of the log explains the error");
    if (lines_of_damage() > 2)
        be_unclear("there is more than one line of damage per store");
    if (finding->outcome == OUTCOME_UNCLEAR)
        return;
    if ((finding->gets | finding->pages | finding->counts | finding->writes) != 0)
        finding->outcome = OUTCOME_SILENT;
    else if (finding->outcome == OUTCOME_RIGHT && finding->damage_named)
        finding->outcome = OUTCOME_NAMED;
}
