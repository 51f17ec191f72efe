// SPDX-License-Identifier: MIT
/*
 * gql_bind. Parts of an input end in NUL: the host's schema, the plugin's own part, a common part,
 * and the tables: `Query.a` is a resolver, `Type.a(id` one that requires the field `id`, `Type` a
 * loader, `&Type` a reference. Without conflicts, the host's schema and what is added parse
 * together, and conflict with nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gql_host.h"
#include "tests/fuzz/fuzz.h"

enum { MOST = 8 };

struct tables {
    gql_resolver resolvers[MOST];
    const gql_resolver *resolver_list[MOST];
    const char *required[MOST];
    gql_loader loaders[MOST];
    const gql_loader *loader_list[MOST];
    const char *references[MOST];
    gql_schema_part parts[2];
    const gql_schema_part *part_list[2];
    gql_schema schema;
    gql_plugin plugin;
};

static int32_t serve(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    (void)instance, (void)call, (void)reply;
    return GQL_E_MISUSE;
}

static void add_resolver(struct tables *tables, const char *type, char *field)
{
    const uint32_t i = tables->schema.resolver_count;
    if (i == MOST)
        return;
    tables->resolvers[i] = (gql_resolver){.struct_size = sizeof(gql_resolver),
                                          .type = type,
                                          .field = field,
                                          .resolve = serve};
    tables->required[i] = strchr(field, '(');
    if (tables->required[i] != NULL) {
        *strchr(field, '(') = '\0';
        tables->required[i]++;
        tables->resolvers[i].required_fields = &tables->required[i];
        tables->resolvers[i].required_field_count = 1;
    }
    tables->resolver_list[i] = &tables->resolvers[i];
    tables->schema.resolver_count++;
}

static void add_entry(struct tables *tables, char *word)
{
    const uint32_t loader = tables->schema.loader_count;
    char *dot = strchr(word, '.');
    if (dot != NULL) {
        *dot = '\0';
        add_resolver(tables, word, dot + 1);
    } else if (word[0] == '&') {
        if (tables->schema.reference_count < MOST)
            tables->references[tables->schema.reference_count++] = word + 1;
    } else if (loader < MOST) {
        tables->loaders[loader] =
            (gql_loader){.struct_size = sizeof(gql_loader), .type = word, .load = serve};
        tables->loader_list[loader] = &tables->loaders[loader];
        tables->schema.loader_count++;
    }
}

static void add_part(struct tables *tables, uint32_t kind, const char *sdl, size_t size)
{
    const uint32_t i = tables->schema.part_count++;
    tables->parts[i] = (gql_schema_part){.struct_size = sizeof(gql_schema_part),
                                         .kind = kind,
                                         .name = "part",
                                         .sdl = sdl,
                                         .sdl_size = size};
    tables->part_list[i] = &tables->parts[i];
}

static const gql_plugin *plugin_of(struct tables *tables)
{
    tables->schema.struct_size = sizeof tables->schema;
    tables->schema.parts = tables->part_list;
    tables->schema.resolvers = tables->resolver_list;
    tables->schema.loaders = tables->loader_list;
    tables->schema.references = tables->references;
    tables->plugin = (gql_plugin){.struct_size = sizeof tables->plugin,
                                  .id = "org.example.fuzz",
                                  .schema = &tables->schema};
    return &tables->plugin;
}

static void check_conflicts(const gql_binding *binding)
{
    for (size_t i = 0; i < binding->conflict_count; i++) {
        fuzz_check_message(binding->conflicts[i]);
        EXPECT(binding->conflict_kinds[i] <= GQL_CONFLICT_REFERENCE);
        for (size_t k = 0; k < i; k++)
            EXPECT(strcmp(binding->conflicts[i], binding->conflicts[k]) != 0, "%s",
                   binding->conflicts[i]);
    }
}

/* A plugin that has nothing fits what was bound. */
static void check_merged(const char *host, size_t host_size, const gql_binding *bound)
{
    struct tables nothing = {0};
    gql_binding *binding = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    const size_t size = host_size + 1 + bound->sdl_size;
    char *merged = malloc(size);
    EXPECT(merged != NULL);
    memcpy(merged, host, host_size);
    merged[host_size] = '\n';
    memcpy(merged + host_size + 1, bound->sdl, bound->sdl_size);
    EXPECT(gql_bind(plugin_of(&nothing), merged, size, &binding, &failure) == GQL_OK, "%s",
           failure.message);
    EXPECT(binding->conflict_count == 0, "%s", binding->conflicts[0]);
    gql_binding_destroy(&binding);
    free(merged);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    struct tables tables = {0};
    gql_binding *binding = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    size_t host_size, own_size, common_size;
    char *host = fuzz_until(&input, '\0', &host_size);
    char *own = fuzz_until(&input, '\0', &own_size);
    char *common = fuzz_until(&input, '\0', &common_size);
    char *words = strndup((const char *)input.data, input.size), *rest = NULL;
    for (char *word = strtok_r(words, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
        add_entry(&tables, word);
    add_part(&tables, GQL_PART_OWN, own, own_size);
    if (common_size > 0)
        add_part(&tables, GQL_PART_COMMON, common, common_size);
    if (gql_bind(plugin_of(&tables), host, host_size, &binding, &failure) != GQL_OK)
        fuzz_check_message(failure.message);
    else if (binding->conflict_count == 0)
        check_merged(host, host_size, binding);
    else
        check_conflicts(binding);
    gql_binding_destroy(&binding);
    free(words);
    free(common);
    free(own);
    free(host);
    return 0;
}
