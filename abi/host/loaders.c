// SPDX-License-Identifier: MIT
/* Which type an ID belongs to. */
#include <stdbool.h>

#include "abi/host/base/failure.h"
#include "gql_host.h"

struct claim {
    const gql_plugin *plugin;
    const gql_loader *loader;
};

static bool may_own(const gql_loader *loader, const char *id, size_t id_size)
{
    return loader->owns == NULL || loader->owns(id, id_size) != 0;
}

static int32_t fail_ambiguous(const struct claim *a, const struct claim *b, gql_failure *failure)
{
    return gql_fail(failure, GQL_E_MISUSE,
                    "The ID may belong to `%s` of the plugin %s and to `%s` of the plugin %s",
                    a->loader->type, a->plugin->id, b->loader->type, b->plugin->id);
}

int32_t gql_find_loader(const gql_plugin *const *plugins, size_t plugin_count, const char *id,
                        size_t id_size, const gql_plugin **ret_plugin,
                        const gql_loader **ret_loader, gql_failure *failure)
{
    struct claim found = {0};
    if ((plugins == NULL && plugin_count > 0) || id == NULL || ret_loader == NULL)
        return gql_fail(failure, GQL_E_MISUSE,
                        "gql_find_loader: plugins, id and ret_loader must not be NULL");
    for (size_t i = 0; i < plugin_count; i++) {
        const gql_schema *schema = plugins[i]->schema;
        for (uint32_t k = 0; k < schema->loader_count; k++) {
            const struct claim claim = {plugins[i], schema->loaders[k]};
            if (!may_own(claim.loader, id, id_size))
                continue;
            if (found.loader != NULL)
                return fail_ambiguous(&found, &claim, failure);
            found = claim;
        }
    }
    if (ret_plugin != NULL)
        *ret_plugin = found.plugin;
    *ret_loader = found.loader;
    return GQL_OK;
}
