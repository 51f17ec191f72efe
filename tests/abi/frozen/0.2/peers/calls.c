// SPDX-License-Identifier: MIT
#include "tests/abi/frozen/0.2/peers/calls.h"

#include <string.h>

/* ---- The request: every member has a value ---- */

static const gql_grant everywhere = {.struct_size = sizeof everywhere,
                                     .actions = GQL_ACTION_READ,
                                     GQL_GROWN};
static const gql_grant in_one = {.struct_size = sizeof in_one,
                                 .actions = GQL_ACTION_CREATE | GQL_ACTION_DELETE,
                                 .organization_id = "o1",
                                 .organization_id_size = 2,
                                 GQL_GROWN};
static const uint32_t cancelled = 0;
static const gql_request request = {.struct_size = sizeof request,
                                    .source = GQL_SOURCE_HTTP,
                                    .actor_id = "a1",
                                    .actor_id_size = 2,
                                    .grants = (const gql_grant *const[]){&everywhere, &in_one},
                                    .grant_count = 2,
                                    .actor_kind = GQL_ACTOR_INTEGRATION,
                                    .trace_id = "0123456789abcdef0123456789abcdef",
                                    .locale = "de-AT",
                                    .occurrence = "urn:o",
                                    .deadline = UINT64_MAX,
                                    .cancelled = &cancelled,
                                    .source_type = GQL_SOURCE_TYPE_API,
                                    .organization_id = "o1",
                                    .organization_id_size = 2,
                                    .client_address = "192.0.2.1",
                                    .user_agent = "Agent/1",
                                    .user_agent_size = 7,
                                    .idempotency_key = "k1",
                                    .idempotency_key_size = 2,
                                    GQL_GROWN};
static const char description[] =
    "\"source 1 3; actor a1 2; grants 1 in all, 10 in o1; trace 0123456789abcdef0123456789abcdef; "
    "locale de-AT; occurrence urn:o; deadline 18446744073709551615; cancelled 0; organization o1; "
    "client 192.0.2.1 Agent/1; key k1; clock 1234\"";

/* ---- Selections and shapes ---- */

#define SELECTION(name_, children_, next_)                                                     \
    {                                                                                          \
        .struct_size = sizeof(gql_selection), .name_size = sizeof(name_) - 1, .name = (name_), \
        .children = (children_), .next = (next_), GQL_GROWN                                    \
    }

static const gql_selection text = SELECTION("text", NULL, NULL);
static const gql_selection id_and_text = SELECTION("id", NULL, &text);
static const gql_selection leaf = SELECTION("leaf", NULL, NULL);
static const gql_selection of_text = SELECTION("notes", &text, NULL);
static const gql_selection of_both = SELECTION("notes", &id_and_text, NULL);

#define SHAPE(name_, response_name_, type_condition_, children_, next_)                          \
    {                                                                                            \
        .struct_size = sizeof(gql_shape), .name_size = sizeof(name_) - 1, .name = (name_),       \
        .response_name = (response_name_), .response_name_size = sizeof(response_name_) - 1,     \
        .type_condition_size = (type_condition_) == NULL ? 0 : 4,                                \
        .type_condition = (type_condition_), .children = (children_), .next = (next_), GQL_GROWN \
    }

static const gql_shape shaped_other = SHAPE("id", "other", "Else", NULL, NULL);
static const gql_shape shaped_id = SHAPE("id", "key", "Note", NULL, &shaped_other);
static const gql_shape shaped_kind = SHAPE("__typename", "kind", NULL, NULL, &shaped_id);
static const gql_shape shaped_text = SHAPE("text", "text", NULL, NULL, &shaped_kind);
static const gql_shape shape = SHAPE("note", "note", NULL, &shaped_text, NULL);

/* ---- Calls ---- */

#define CALL(arguments_, selection_)                                                              \
    {                                                                                             \
        .struct_size = sizeof(gql_call), .arguments = (arguments_),                               \
        .arguments_size = sizeof(arguments_) - 1, .selection = (selection_), .request = &request, \
        GQL_GROWN                                                                                 \
    }

static const gql_call plain = CALL("{}", &leaf);
static const gql_call of_nobody = {.struct_size = sizeof of_nobody,
                                   .arguments = "{}",
                                   .arguments_size = 2,
                                   GQL_GROWN};
static const gql_call without_selection = CALL("{}", NULL);
static const gql_call selecting_text = CALL("{}", &of_text);
static const gql_call selecting_both = CALL("{}", &of_both);
static const gql_call later = CALL("{\"text\":\"in time\"}", &leaf);
static const gql_call load = CALL("{\"ids\":[\"note-2\",\"note-9\",\"note-1\"]}", &of_both);
static const gql_call too_long = CALL("{\"text\":\"long\"}", &leaf);
static const gql_call shaped = {.struct_size = sizeof shaped,
                                .flags = GQL_CALL_SHAPED | 1u, /* A flag that may be ignored. */
                                .arguments = "{}",
                                .arguments_size = 2,
                                .request = &request,
                                .shape = &shape,
                                GQL_GROWN};
static const gql_call unknown_flag = {.struct_size = sizeof unknown_flag,
                                      .flags = 1u << 31,
                                      .arguments = "{}",
                                      .arguments_size = 2,
                                      .request = &request,
                                      GQL_GROWN};
static const char parent_of_shout[] = "{\"__typename\":\"Note\",\"text\":\"one\"}";
static const gql_call shout = {.struct_size = sizeof shout,
                               .arguments = "{}",
                               .arguments_size = 2,
                               .parent = parent_of_shout,
                               .parent_size = sizeof parent_of_shout - 1,
                               .selection = &leaf,
                               .request = &request,
                               GQL_GROWN};

const struct asked asked[] = {
    {"Query", "describe", &plain, description, ""},
    {"Query", "describe", &of_nobody, "\"nobody\"", ""},
    {"Query", "grownStructs", &plain, GROWN_STRUCTS, ""},
    {"Query", "notes", &selecting_text, "[{\"text\":\"one\"},{\"text\":\"two\"},null]", "[2] "},
    {"Query", "notes", &selecting_both,
     "[{\"id\":\"note-1\",\"text\":\"one\"},{\"id\":\"note-2\",\"text\":\"two\"},null]", "[2] "},
    {"Query", "note", &shaped, "{\"text\":\"one\",\"kind\":\"Note\",\"key\":\"note-1\"}", ""},
    {"Query", "note", &without_selection, "{\"id\":\"note-1\",\"text\":\"one\"}", ""},
    {"Query", "note", &unknown_flag, NULL, ""},
    {"Query", "long", &too_long, NULL, ""},
    {"Note", "shout", &shout, "\"ONE\"", ""},
    {"Note", NULL, &load,
     "[{\"id\":\"note-2\",\"text\":\"two\"},null,{\"id\":\"note-1\",\"text\":\"one\"}]", ""},
    {"Mutation", "later", &later, "\"in time\"", ""},
};
const size_t asked_count = sizeof asked / sizeof asked[0];

static gql_resolve_fn loader_of(const struct asked *one, const gql_schema *schema)
{
    for (uint32_t i = 0; i < schema->loader_count; i++)
        if (strcmp(schema->loaders[i]->type, one->type) == 0)
            return schema->loaders[i]->load;
    return NULL;
}

gql_resolve_fn asked_function(const struct asked *one, const gql_plugin *plugin)
{
    const gql_schema *schema = plugin->schema;
    if (one->field == NULL)
        return loader_of(one, schema);
    for (uint32_t i = 0; i < schema->resolver_count; i++)
        if (strcmp(schema->resolvers[i]->type, one->type) == 0 &&
            strcmp(schema->resolvers[i]->field, one->field) == 0)
            return schema->resolvers[i]->resolve;
    return NULL;
}
