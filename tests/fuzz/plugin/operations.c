// SPDX-License-Identifier: MIT
#include "tests/fuzz/plugin/operations.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/host/schema/schema_document.h"

const gql_plugin *fuzz_plugin(void)
{
    return gql_plugin_entry_v0(0, 2);
}

/* ---- The call ---- */

static gql_resolve_fn resolver_of(enum fuzz_operation operation)
{
    const gql_schema *schema = fuzz_plugin()->schema;
    return operation == FUZZ_LOAD ? schema->loaders[0]->load
                                  : schema->resolvers[operation]->resolve;
}

static gql_request request_of(enum fuzz_actor actor)
{
    static const uint32_t all = GQL_ACTION_READ | GQL_ACTION_CREATE | GQL_ACTION_UPDATE |
                                GQL_ACTION_DELETE;
    static const uint32_t cancelled = 1;
    static gql_grant everything = {.struct_size = sizeof everything};
    static gql_grant read_acme = {.struct_size = sizeof read_acme, .actions = GQL_ACTION_READ};
    static gql_grant write_acme = {.struct_size = sizeof write_acme};
    static const gql_grant *const grants[][1] = {
        [FUZZ_EVERYTHING] = {&everything}, [FUZZ_READ_ACME] = {&read_acme},
        [FUZZ_WRITE_ACME] = {&write_acme}, [FUZZ_AT_BETA] = {&everything},
        [FUZZ_NO_GRANT] = {NULL},          [FUZZ_NO_ACTOR] = {&everything},
        [FUZZ_LATE] = {&everything},       [FUZZ_CANCELLED] = {&everything},
    };
    everything.actions = write_acme.actions = all;
    read_acme.organization_id = write_acme.organization_id = "acme";
    read_acme.organization_id_size = write_acme.organization_id_size = 4;
    gql_request request = {.struct_size = sizeof request,
                           .actor_id = actor == FUZZ_NO_ACTOR ? NULL : "actor",
                           .actor_id_size = 5,
                           .grants = grants[actor],
                           .grant_count = actor == FUZZ_NO_GRANT ? 0 : 1,
                           .trace_id = "0af7651916cd43dd8448eb211c80319c",
                           .occurrence = "/\"graphql\"",
                           .deadline = actor == FUZZ_LATE ? 1 : 0,
                           .cancelled = actor == FUZZ_CANCELLED ? &cancelled : NULL};
    if (actor == FUZZ_AT_BETA) {
        request.organization_id = "beta";
        request.organization_id_size = 4;
    }
    return request;
}

/* NULL if there is no placeholder at the position. */
static const char *name_at(const struct fuzz_names *names, const char *text, size_t left)
{
    if (text[0] == '$')
        return names->token;
    if (left < 2 || text[1] < '0' || text[1] >= '0' + FUZZ_ROWS)
        return NULL;
    const int row = text[1] - '0';
    switch (text[0]) {
    case '@':
        return names->ids[row];
    case '#':
        return names->rising[row];
    case '^':
        return names->falling[row];
    default:
        return NULL;
    }
}

/* Copies the text with its placeholders replaced, or measures it if `target` is NULL. */
static size_t expand(const struct fuzz_names *names, const char *text, size_t size, char *target)
{
    size_t length = 0;
    for (size_t i = 0; i < size; i++) {
        const char *name = name_at(names, text + i, size - i);
        const char *piece = name == NULL ? text + i : name;
        const size_t piece_size = name == NULL ? 1 : strlen(name);
        if (target != NULL)
            memcpy(target + length, piece, piece_size);
        length += piece_size;
        i += name != NULL && text[i] != '$';
    }
    return length;
}

struct fuzz_call fuzz_call_make(enum fuzz_operation operation, enum fuzz_actor actor,
                                const struct fuzz_names *names, const char *text, size_t size)
{
    struct fuzz_call call = {.resolve = resolver_of(operation),
                             .arguments_size = expand(names, text, size, NULL),
                             .request = request_of(actor)};
    call.arguments = malloc(call.arguments_size);
    EXPECT(call.arguments != NULL);
    expand(names, text, size, call.arguments);
    return call;
}

/* ---- The answer ---- */

static const gql_schema_document *document(void)
{
    static const char host_sdl[] = "type Query { node(id: ID!): Node } type Mutation { a: Int }";
    static gql_schema_document *merged;
    gql_binding *binding = NULL;
    if (merged != NULL)
        return merged;
    EXPECT(gql_bind(fuzz_plugin(), host_sdl, strlen(host_sdl), &binding, NULL) == GQL_OK);
    EXPECT(binding->conflict_count == 0, "%s", binding->conflicts[0]);
    EXPECT(gql_schema_document_parse(binding->sdl, binding->sdl_size, &merged, NULL) == GQL_OK);
    gql_binding_destroy(&binding);
    return merged;
}

static const char *type_of(enum fuzz_operation operation)
{
    const gql_schema *schema = fuzz_plugin()->schema;
    if (operation == FUZZ_LOAD)
        return "[Integration]!";
    return gql_schema_document_field_type(document(), schema->resolvers[operation]->type,
                                          schema->resolvers[operation]->field);
}

/*
 * Whether a host could have made the selection: it selects fields of the type, and fields of those
 * exactly if they are objects.
 */
static bool is_valid(const gql_selection *selection, const char *type)
{
    char name[64], field_name[64];
    const size_t start = strspn(type, "[");
    snprintf(name, sizeof name, "%.*s", (int)strcspn(type + start, "]!"), type + start);
    const struct sdl_definition *definition = sdl_find(document(), false, name);
    const bool is_object = definition != NULL && definition->kind == SDL_OBJECT;
    if ((selection->children != NULL) != is_object)
        return false;
    for (const gql_selection *each = selection->children; each != NULL; each = each->next) {
        snprintf(field_name, sizeof field_name, "%.*s", (int)each->name_size, each->name);
        if (each->name_size >= sizeof field_name)
            return false;
        const char *below = strcmp(field_name, "__typename") == 0
                                ? "String!"
                                : gql_schema_document_field_type(document(), name, field_name);
        if (below == NULL || !is_valid(each, below))
            return false;
    }
    return true;
}

/* The value must be what was selected; a selection that no host makes can give anything. */
static void check_value(enum fuzz_operation operation, const struct fuzz_call *call,
                        const struct fuzz_answer *answer)
{
    gql_failure failure = {.struct_size = sizeof failure};
    const char *type = type_of(operation);
    gql_selection *selection = fuzz_selection_of(call);
    if (selection == NULL || is_valid(selection, type))
        EXPECT(gql_value_check(document(), fuzz_plugin()->schema, type, selection, answer->text,
                               answer->size, &failure) == GQL_OK,
               "%s: %.*s", failure.message, (int)answer->size, answer->text);
    gql_selection_destroy(&selection);
}

/* Who is not allowed to get this far. */
static void check_permission(enum fuzz_operation operation, enum fuzz_actor actor)
{
    EXPECT(actor != FUZZ_NO_ACTOR && actor != FUZZ_LATE && actor != FUZZ_CANCELLED, "%d",
           (int)actor);
    EXPECT(operation == FUZZ_LOAD || actor != FUZZ_NO_GRANT);
    EXPECT(actor != FUZZ_READ_ACME || !fuzz_is_mutation(operation));
}

struct fuzz_answer fuzz_call_check(gql_instance *instance, enum fuzz_operation operation,
                                   enum fuzz_actor actor, const struct fuzz_call *call)
{
    struct fuzz_answer answer = fuzz_call(instance, call);
    if (answer.resolved) {
        check_permission(operation, actor);
        check_value(operation, call, &answer);
    } else {
        EXPECT(answer.size <= 4 * call->arguments_size + 1024, "%zu", answer.size);
        EXPECT(actor != FUZZ_NO_ACTOR || strcmp(answer.code, "UNAUTHORIZED") == 0, "%s",
               answer.code);
    }
    return answer;
}
