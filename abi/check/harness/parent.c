// SPDX-License-Identifier: MIT
#include "abi/check/harness/parent.h"

#include <string.h>

#include "abi/check/harness/synthesis.h"
#include "abi/host/schema/schema_document.h"

bool parent_is_due(const struct session *session, const gql_resolver *resolver)
{
    static const char *const operations[] = {"query", "mutation", "subscription"};
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++)
        if (strcmp(sdl_root_name(session->document, operations[i]), resolver->type) == 0)
            return false;
    return true;
}

json_t *parent_make(const struct session *session, const gql_resolver *resolver, bool all)
{
    return synthesis_parent(session->document, session->plugin->schema, resolver->type,
                            all ? NULL : resolver->required_fields,
                            all ? 0 : resolver->required_field_count);
}
