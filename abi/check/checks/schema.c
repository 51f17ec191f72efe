// SPDX-License-Identifier: MIT
/* The parts of the schema, alone and bound to hosts' schemas, and the tables beside them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/check/checks/registry.h"
#include "abi/check/harness/session.h"
#include "abi/host/schema/schema_document.h"

/* ---- Parts ---- */

static gql_schema_document *parse(struct check_run *run, const gql_schema_part *part)
{
    gql_failure failure = {.struct_size = sizeof failure};
    gql_schema_document *document = NULL;
    if (gql_schema_document_parse(part->sdl, (size_t)part->sdl_size, &document, &failure) != GQL_OK)
        check_fail(run, "the part \"%s\": %s", part->name, failure.message);
    return document;
}

/* A host decides by its name whether to take a common part, so it must be one definition. */
static void check_common(struct check_run *run, const gql_schema_part *part,
                         const gql_schema_document *document)
{
    const struct sdl_definition *only = document->first;
    char name[256];
    if (only == NULL || only->next != NULL || only->extends || only->kind == SDL_SCHEMA) {
        check_fail(run, "the common part \"%s\" is not a single definition", part->name);
        return;
    }
    snprintf(name, sizeof name, "%s%s", only->kind == SDL_DIRECTIVE ? "@" : "", only->name);
    if (strcmp(name, part->name) != 0)
        check_fail(run, "the common part \"%s\" defines `%s`", part->name, name);
}

void check_sdl(struct check_run *run)
{
    const gql_plugin *plugin = session_plugin(run);
    check_cure(run, "write the type system of GraphQL, October 2021, section 3; a GQL_PART_COMMON "
                    "holds one definition and has its name, with @ for a directive");
    for (uint32_t i = 0; plugin != NULL && i < plugin->schema->part_count; i++) {
        const gql_schema_part *part = plugin->schema->parts[i];
        gql_schema_document *document = part->kind == GQL_PART_SUBGRAPH ? NULL : parse(run, part);
        if (document != NULL && part->kind == GQL_PART_COMMON)
            check_common(run, part, document);
        gql_schema_document_destroy(&document);
    }
}

/* ---- Binding ---- */

static void list_conflicts(struct check_run *run, const gql_binding *binding,
                           gql_conflict_kind kind)
{
    char list[CHECK_TEXT] = "";
    size_t used = 0;
    for (size_t i = 0; i < binding->conflict_count; i++) {
        if (binding->conflict_kinds[i] != kind)
            continue;
        const int more = snprintf(list + used, sizeof list - used, "%s%s", used == 0 ? "" : " ",
                                  binding->conflicts[i]);
        used = more < 0 || used + (size_t)more >= sizeof list ? used : used + (size_t)more;
    }
    if (list[0] != '\0')
        check_fail(run, "%s", list);
}

static void bind_to(struct check_run *run, const char *host_sdl, gql_conflict_kind kind)
{
    const gql_plugin *plugin = session_plugin(run);
    gql_binding *binding = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    if (plugin == NULL)
        return;
    if (gql_bind(plugin, host_sdl, strlen(host_sdl), &binding, &failure) != GQL_OK)
        check_fail(run, "%s", failure.message);
    else
        list_conflicts(run, binding, kind);
    gql_binding_destroy(&binding);
}

void check_bind_empty(struct check_run *run)
{
    check_cure(run, "provide the types and directives that the plugin needs as parts of the kind "
                    "GQL_PART_COMMON");
    bind_to(run, session_bare_sdl, GQL_CONFLICT_SDL);
}

/* The types of Relay's specifications, which nearly every host has. */
static const struct {
    const char *name;
    const char *sdl;
} relay[] = {
    {"Node", "interface Node { id: ID! }"},
    {"PageInfo", "type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: "
                 "String endCursor: String }"},
};

static bool has_common_part(const gql_schema *schema, const char *name)
{
    for (uint32_t i = 0; i < schema->part_count; i++)
        if (schema->parts[i]->kind == GQL_PART_COMMON && strcmp(schema->parts[i]->name, name) == 0)
            return true;
    return false;
}

static void write_rich_host(const gql_schema *schema, FILE *host)
{
    fputs(session_bare_sdl, host);
    for (uint32_t i = 0; i < schema->part_count; i++)
        if (schema->parts[i]->kind == GQL_PART_COMMON)
            fprintf(host, "%.*s\n", (int)schema->parts[i]->sdl_size, schema->parts[i]->sdl);
    for (size_t i = 0; i < sizeof relay / sizeof relay[0]; i++)
        if (!has_common_part(schema, relay[i].name))
            fprintf(host, "%s\n", relay[i].sdl);
}

void check_bind_common(struct check_run *run)
{
    const gql_plugin *plugin = session_plugin(run);
    char *host_sdl = NULL;
    size_t size;
    check_cure(run, "put each common type, such as `Node` and `PageInfo`, into a part of its own "
                    "of the kind GQL_PART_COMMON, so that a host can keep its own type");
    if (plugin == NULL)
        return;
    FILE *host = open_memstream(&host_sdl, &size);
    if (host == NULL) {
        check_skip(run, "the tool is out of memory");
        return;
    }
    write_rich_host(plugin->schema, host);
    fclose(host);
    bind_to(run, host_sdl, GQL_CONFLICT_SDL);
    free(host_sdl);
}

void check_bind_host(struct check_run *run)
{
    check_cure(run, "change the host's schema or the plugin's");
    if (run->options->host_sdl == NULL)
        check_skip(run, "needs --host-schema");
    else
        bind_to(run, run->options->host_sdl, GQL_CONFLICT_SDL);
}

/* ---- Tables ---- */

static void check_table(struct check_run *run, gql_conflict_kind kind)
{
    bind_to(run, run->options->host_sdl == NULL ? session_bare_sdl : run->options->host_sdl, kind);
}

void check_resolvers(struct check_run *run)
{
    check_cure(run, "provide one resolver for each field of the root types, and none for fields "
                    "that the plugin's own parts do not define");
    check_table(run, GQL_CONFLICT_RESOLVER);
}

void check_loaders(struct check_run *run)
{
    check_cure(run, "provide loaders only for object types of the plugin's own parts that have a "
                    "field `id: ID!`");
    check_table(run, GQL_CONFLICT_LOADER);
}

void check_references(struct check_run *run)
{
    check_cure(
        run, "list object types of the host only, and provide a stub of each as a GQL_PART_COMMON");
    check_table(run, GQL_CONFLICT_REFERENCE);
}

/* ---- Subgraph ---- */

static bool has_directive(const gql_schema_document *document, enum sdl_kind kind, const char *type,
                          const char *name)
{
    for (const struct sdl_definition *each = document->first; each != NULL; each = each->next) {
        if (each->kind != kind || strcmp(each->name, type) != 0)
            continue;
        for (const struct sdl_name *directive = each->directives; directive != NULL;
             directive = directive->next)
            if (strcmp(directive->text, name) == 0)
                return true;
    }
    return false;
}

static void check_federation(struct check_run *run, const gql_schema *schema,
                             const gql_schema_document *document)
{
    if (!has_directive(document, SDL_SCHEMA, "schema", "link"))
        check_fail(run, "has no `extend schema @link(…)`, so a router takes it for Federation 1");
    for (uint32_t i = 0; i < schema->loader_count; i++)
        if (!has_directive(document, SDL_OBJECT, schema->loaders[i]->type, "key"))
            check_fail(run, "`%s` has a loader, but no `@key(fields: \"id\")`",
                       schema->loaders[i]->type);
    for (uint32_t i = 0; i < schema->resolver_count; i++)
        if (sdl_find_field(document, schema->resolvers[i]->type, schema->resolvers[i]->field) ==
            NULL)
            check_fail(run, "has no field `%s.%s`, which the plugin serves",
                       schema->resolvers[i]->type, schema->resolvers[i]->field);
}

void check_subgraph(struct check_run *run)
{
    const gql_plugin *plugin = session_plugin(run);
    bool offered = false;
    check_cure(run, "provide the whole schema as a subgraph of Apollo Federation 2, with the keys "
                    "of its entities");
    for (uint32_t i = 0; plugin != NULL && i < plugin->schema->part_count; i++) {
        if (plugin->schema->parts[i]->kind != GQL_PART_SUBGRAPH)
            continue;
        gql_schema_document *document = parse(run, plugin->schema->parts[i]);
        if (document != NULL)
            check_federation(run, plugin->schema, document);
        gql_schema_document_destroy(&document);
        offered = true;
    }
    if (plugin != NULL && !offered)
        check_skip(run, "the plugin offers no subgraph");
}
