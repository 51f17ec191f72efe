// SPDX-License-Identifier: MIT
/* From an ID to its object: gql_loader.owns, and what loaders return. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "abi/check/checks/registry.h"
#include "abi/check/harness/fixture.h"
#include "abi/check/harness/judge.h"
#include "abi/check/harness/synthesis.h"
#include "abi/host/schema/schema_document.h"

/* ---- owns ---- */

enum { LONG_ID = 4096, TIMES = 3 };

/*
 * Texts that an ID can be: clients send any string. Some are not UTF-8, or end inside a character.
 */
static const struct {
    const char *text;
    size_t size;
    const char *what;
} texts[] = {
    {"", 0, "the empty ID"},
    {"1", 1, "the ID \"1\""},
    {"gql-plugin-check", 16, "the ID \"gql-plugin-check\""},
    {":", 1, "the ID \":\""},
    {"\0", 1, "an ID that is a NUL"},
    {"a\0b", 3, "an ID with a NUL"},
    {"\xc3", 1, "an ID that ends inside a character of UTF-8"},
    {"\xf0\x9f\x92", 3, "an ID that ends inside a character of UTF-8"},
    {"\xff\xfe\x80", 3, "an ID that is not UTF-8"},
    {"%", 1, "the ID \"%\""},
    {"===", 3, "an ID that looks like the end of Base64"},
    {"-9223372036854775809", 20, "an ID that is a number beyond 64 bits"},
};

/* Memory that ends where the process may not read: an ID need not end in NUL. */
static char *make_edge(void)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t size = (LONG_ID + page - 1) / page * page;
    char *memory = mmap(NULL, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                        0);
    if (memory == MAP_FAILED)
        return NULL;
    mprotect(memory + size, page, PROT_NONE);
    return memory + size;
}

static void ask(struct check_run *run, const gql_loader *loader, const char *id, size_t size,
                const char *what)
{
    int32_t first = 0;
    check_step("owns of %s, for %s", loader->type, what);
    for (unsigned i = 0; i < TIMES && !check_ended(run); i++) {
        const int32_t answer = loader->owns(id, size);
        if (answer != 0 && answer != 1)
            check_fail(run, "owns of %s returned %d for %s", loader->type, (int)answer, what);
        if (i > 0 && answer != first)
            check_fail(run, "owns of %s returned %d for %s, and %d when asked again", loader->type,
                       (int)first, what, (int)answer);
        first = answer;
    }
    check_step_done();
}

static void ask_all(struct check_run *run, const gql_loader *loader, char *edge)
{
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        ask(run, loader, memcpy(edge - texts[i].size, texts[i].text, texts[i].size), texts[i].size,
            texts[i].what);
    for (int byte = 0; byte < 256; byte++)
        ask(run, loader, memset(edge - 1, byte, 1), 1, "an ID of one byte");
    ask(run, loader, memset(edge - LONG_ID, 'x', LONG_ID), LONG_ID, "an ID of 4096 bytes");
}

void check_owns(struct check_run *run)
{
    const gql_plugin *plugin = session_plugin(run);
    char *edge = make_edge();
    unsigned silent = 0;
    check_cure(run,
               "let `owns` look at no more than id_size bytes of the ID, accept any bytes, and "
               "return 1 or 0, always the same for the same ID");
    for (uint32_t i = 0; plugin != NULL && edge != NULL && i < plugin->schema->loader_count; i++) {
        const gql_loader *loader = plugin->schema->loaders[i];
        silent += loader->owns == NULL;
        if (loader->owns != NULL)
            ask_all(run, loader, edge);
    }
    if (silent > 0 && plugin->schema->loader_count > 1)
        check_note(run,
                   "%u of %u loaders have no `owns`, so every ID may belong to them: a host can't "
                   "serve `node` by such IDs",
                   silent, plugin->schema->loader_count);
}

/* ---- Loaded objects ---- */

enum { KEPT_IDS = 8 };

/* IDs of a loader's type that were seen in values. */
struct seen {
    const gql_loader *loader;
    json_t *ids;
};

struct search {
    const struct session *session;
    struct seen *seen;
    size_t count;
};

static struct search *search; /* For the function that judges. */
static unsigned loaded_objects;

static void keep_id(const char *type, json_t *object)
{
    json_t *id = json_object_get(object, "id");
    for (size_t i = 0; i < search->count; i++)
        if (strcmp(search->seen[i].loader->type, type) == 0 && json_is_string(id) &&
            json_array_size(search->seen[i].ids) < KEPT_IDS)
            json_array_append(search->seen[i].ids, id);
}

/* `type` is the declared type; `__typename` tells more. */
static void search_value(const char *type, json_t *value)
{
    const char *name;
    size_t index;
    json_t *member;
    json_array_foreach(value, index, member)
        search_value(type, member);
    if (!json_is_object(value))
        return;
    const char *actual = json_string_value(json_object_get(value, "__typename"));
    const char *own = actual == NULL ? type : actual;
    keep_id(own, value);
    json_object_foreach(value, name, member) {
        const struct sdl_field *field = sdl_find_field(search->session->document, own, name);
        if (field != NULL)
            search_value(sdl_base_name(field->type), member);
    }
}

static bool is_owned(const struct session *session, const gql_loader *loader, const char *id,
                     gql_failure *failure)
{
    const gql_loader *found = NULL;
    if (gql_find_loader(&session->plugin, 1, id, strlen(id), NULL, &found, failure) != GQL_OK)
        return false;
    if (found != loader)
        snprintf(failure->message, sizeof failure->message, "%s",
                 found == NULL ? "`owns` of no loader claims it"
                               : "`owns` of another loader claims it");
    return found == loader;
}

/* All loaders without `owns` claim all IDs, which is allowed: see the note of the check `owns`. */
static bool are_distinct(const gql_schema *schema)
{
    for (uint32_t i = 0; i < schema->loader_count; i++)
        if (schema->loaders[i]->owns == NULL && schema->loader_count > 1)
            return false;
    return true;
}

static void judge_owner(struct session *session, const struct performed *performed, json_t *list)
{
    const gql_loader *loader = performed->planned->loader;
    size_t index;
    json_t *object;
    json_array_foreach(list, index, object) {
        gql_failure failure = {.struct_size = sizeof failure};
        const char *id = json_string_value(json_object_get(object, "id"));
        loaded_objects += json_is_object(object);
        if (id != NULL && are_distinct(session->plugin->schema) &&
            !is_owned(session, loader, id, &failure))
            check_fail(session->run, "%s: the object with the id \"%.100s\": %s",
                       performed->planned->label, id, failure.message);
    }
}

static void judge_loaded(struct session *session, struct performed *performed)
{
    const struct plan_call *planned = performed->planned;
    char *type = synthesis_base_name(planned->type);
    json_t *value = !performed->resolved ? NULL
                                         : json_loadb(performed->json, performed->json_size,
                                                      JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    if (type != NULL && value != NULL)
        search_value(type, value);
    if (planned->loader != NULL && value != NULL)
        judge_owner(session, performed, value);
    judge_order(session, performed);
    json_decref(value);
    free(type);
}

/* The IDs of the values, in the opposite order; the second one does not exist. */
static json_t *make_ids(const json_t *seen)
{
    json_t *ids = json_array();
    for (size_t i = json_array_size(seen); i-- > 0;)
        json_array_append(ids, json_array_get(seen, i));
    json_array_insert_new(ids, 1, json_string("gql-plugin-check"));
    return ids;
}

static void add_load(struct session *session, struct plan *plan, const struct seen *seen)
{
    char type[256];
    const struct plan_target target = {.loader = seen->loader, .type = type};
    snprintf(type, sizeof type, "[%s]!", seen->loader->type);
    json_t *arguments = json_pack("{s:o}", "ids", make_ids(seen->ids));
    struct plan_call *call = plan_add(session, plan, &target, arguments);
    if (call != NULL)
        plan_select(session, call, "id");
    json_decref(arguments);
}

/* Loads what the calls have returned. */
static bool load_seen(struct session *session, gql_instance *instance)
{
    struct plan plan = {0};
    const size_t count = search->count;
    for (size_t i = 0; i < count; i++)
        if (json_array_size(search->seen[i].ids) > 0)
            add_load(session, &plan, &search->seen[i]);
    search->count = 0; /* Nothing more is kept. */
    const bool done = !check_ended(session->run) &&
                      perform_all(session, instance, &plan, NULL, judge_loaded);
    search->count = count;
    if (done)
        plan_finish(&plan);
    return done;
}

static bool begin_search(const struct session *session, struct search *begun)
{
    const gql_schema *schema = session->plugin->schema;
    *begun = (struct search){.session = session,
                             .seen = calloc(schema->loader_count + 1, sizeof *begun->seen),
                             .count = schema->loader_count};
    for (size_t i = 0; begun->seen != NULL && i < begun->count; i++)
        begun->seen[i] = (struct seen){.loader = schema->loaders[i], .ids = json_array()};
    search = begun;
    return begun->seen != NULL;
}

static void end_search(struct search *ended)
{
    for (size_t i = 0; i < ended->count; i++)
        json_decref(ended->seen[i].ids);
    free(ended->seen);
}

void check_loaded(struct check_run *run)
{
    struct fixture fixture;
    struct search begun;
    check_cure(run,
               "return one member for each ID, in the order of the IDs, and let `owns` of that "
               "loader alone return 1 for the IDs of its objects");
    if (!fixture_begin(run, &fixture) || !begin_search(&fixture.session, &begun) ||
        !perform_all(&fixture.session, fixture.instance, &fixture.plan, NULL, judge_loaded) ||
        !load_seen(&fixture.session, fixture.instance))
        return;
    if (begun.count == 0)
        check_skip(run, "the plugin has no loader");
    else if (loaded_objects == 0)
        check_skip(run, "no object was loaded, so neither order nor `owns` was seen; list `load` "
                        "with `ids` that exist in --calls");
    end_search(&begun);
    fixture_end(&fixture);
}
