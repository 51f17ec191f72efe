// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include <string.h>

#include "abi/host/base/failure.h"
#include "abi/host/schema/binder.h"

static bool append(char **text, size_t *size, const char *more, uint64_t more_size)
{
    char *larger = realloc(*text, *size + (size_t)more_size + 2);
    if (larger == NULL)
        return false;
    memcpy(larger + *size, more, (size_t)more_size);
    *size += (size_t)more_size;
    larger[(*size)++] = '\n';
    larger[*size] = '\0';
    *text = larger;
    return true;
}

static int32_t parse_part(const gql_plugin *plugin, const gql_schema_part *part,
                          gql_schema_document **ret_document, gql_failure *failure)
{
    gql_failure from = {.struct_size = sizeof from};
    const int32_t code = gql_schema_document_parse(part->sdl, (size_t)part->sdl_size, ret_document,
                                                   &from);
    if (code == GQL_OK)
        return GQL_OK;
    return gql_fail(failure, code, "plugin %s, part \"%s\": %s", plugin->id, part->name,
                    from.message);
}

static bool host_has_any(const gql_schema_document *host, const gql_schema_document *part)
{
    for (const struct sdl_definition *each = part->first; each != NULL; each = each->next)
        if (sdl_first(host, each->kind == SDL_DIRECTIVE, each->name) != NULL)
            return true;
    return false;
}

/* Adds the part, or compares a common part with the host's own definition. */
static int32_t add_part(struct binder *binder, const gql_schema_part *part, char **own,
                        size_t *own_size, gql_failure *failure)
{
    gql_binding *binding = binder->binding;
    gql_schema_document *document = NULL;
    int32_t code = parse_part(binder->plugin, part, &document, failure);
    if (code != GQL_OK)
        return code;
    const bool common = part->kind == GQL_PART_COMMON;
    if (common && host_has_any(binder->host, document)) {
        binder_compare_common(binder, document);
    } else if (!append(&binding->sdl, &binding->sdl_size, part->sdl, part->sdl_size) ||
               (!common && !append(own, own_size, part->sdl, part->sdl_size))) {
        code = gql_fail_no_memory(failure);
    }
    gql_schema_document_destroy(&document);
    return code;
}

static int32_t add_parts(struct binder *binder, gql_failure *failure)
{
    const gql_schema *schema = binder->plugin->schema;
    char *own = NULL;
    size_t own_size = 0;
    bool enough = append(&own, &own_size, "", 0) &&
                  append(&binder->binding->sdl, &binder->binding->sdl_size, "", 0);
    int32_t code = enough ? GQL_OK : gql_fail_no_memory(failure);
    for (uint32_t i = 0; code == GQL_OK && i < schema->part_count; i++)
        if (schema->parts[i]->kind == GQL_PART_OWN || schema->parts[i]->kind == GQL_PART_COMMON)
            code = add_part(binder, schema->parts[i], &own, &own_size, failure);
    if (code == GQL_OK)
        code = gql_schema_document_parse(own, own_size, &binder->own, failure);
    free(own);
    return code;
}

static int32_t merge(struct binder *binder, const char *host_sdl, size_t host_sdl_size,
                     gql_failure *failure)
{
    char *text = NULL;
    size_t size = 0;
    int32_t code = GQL_E_NO_MEMORY;
    if (append(&text, &size, host_sdl, host_sdl_size) &&
        append(&text, &size, binder->binding->sdl, binder->binding->sdl_size))
        code = gql_schema_document_parse(binder->binding->sdl, binder->binding->sdl_size,
                                         &binder->added, failure);
    else
        gql_fail_no_memory(failure);
    if (code == GQL_OK)
        code = gql_schema_document_parse(text, size, &binder->merged, failure);
    free(text);
    return code;
}

static int32_t parse_host(struct binder *binder, const char *host_sdl, size_t host_sdl_size,
                          gql_failure *failure)
{
    gql_failure from = {.struct_size = sizeof from};
    const int32_t code = gql_schema_document_parse(host_sdl, host_sdl_size, &binder->host, &from);
    return code == GQL_OK ? GQL_OK : gql_fail(failure, code, "the host's schema: %s", from.message);
}

int32_t gql_bind(const gql_plugin *plugin, const char *host_sdl, size_t host_sdl_size,
                 gql_binding **ret_binding, gql_failure *failure)
{
    if (plugin == NULL || host_sdl == NULL || ret_binding == NULL)
        return gql_fail(failure, GQL_E_MISUSE,
                        "gql_bind: plugin, host_sdl and ret_binding must not be NULL");
    struct binder binder = {.plugin = plugin, .binding = calloc(1, sizeof *binder.binding)};
    if (binder.binding == NULL)
        return gql_fail_no_memory(failure);
    int32_t code = parse_host(&binder, host_sdl, host_sdl_size, failure);
    if (code == GQL_OK)
        code = add_parts(&binder, failure);
    if (code == GQL_OK)
        code = merge(&binder, host_sdl, host_sdl_size, failure);
    if (code == GQL_OK) {
        binder_check_types(&binder);
        binder_check_tables(&binder);
        if (binder.out_of_memory)
            code = gql_fail_no_memory(failure);
    }
    binder_forget_sentences(&binder);
    gql_schema_document_destroy(&binder.host);
    gql_schema_document_destroy(&binder.own);
    gql_schema_document_destroy(&binder.added);
    gql_schema_document_destroy(&binder.merged);
    if (code == GQL_OK)
        *ret_binding = binder.binding;
    else
        gql_binding_destroy(&binder.binding);
    return code;
}

void gql_binding_destroy(gql_binding **binding)
{
    if (binding == NULL || *binding == NULL)
        return;
    for (size_t i = 0; i < (*binding)->conflict_count; i++)
        free((*binding)->conflicts[i]);
    free((*binding)->conflicts);
    free((*binding)->conflict_kinds);
    free((*binding)->sdl);
    free(*binding);
    *binding = NULL;
}
