// SPDX-License-Identifier: MIT
#include "plugin/resolvers/readable.h"

#include "plugin/resolvers/permission.h"

enum store_status readable_get(const struct operation *operation, struct store_reader *reader,
                               const struct identifier *id, struct integration *ret_integration)
{
    struct integration found = {0};
    const enum store_status status = store_get(reader, id, &found);
    if (status != STORE_OK && status != STORE_NOT_FOUND)
        return status;
    /* Also for the neighbour that the store may have read instead: grants can be many. */
    if (!may_read(operation->instance, operation->request, found.organization_id))
        return STORE_NOT_FOUND;
    *ret_integration = found;
    return status;
}
