// SPDX-License-Identifier: MIT
#include "plugin/resolvers/readable.h"

#include <stdio.h>

#include "plugin/resolvers/permission.h"

static enum store_status report_second(struct store_reader *reader, const struct integration *found)
{
    char id[IDENTIFIER_TEXT_SIZE];
    struct store_detail *detail = store_reader_detail(reader);
    identifier_write(&found->id, id);
    snprintf(detail->text, sizeof detail->text,
             "two databases have the integration %.*s; the second belongs to the organization "
             "'%.*s'",
             IDENTIFIER_TEXT_SIZE, id, (int)found->organization_id.size,
             found->organization_id.data);
    return STORE_DAMAGED;
}

enum store_status readable_get(struct operation *operation, struct store_reader *reader,
                               const struct identifier *id, bool seen,
                               struct integration *ret_integration)
{
    struct integration found = {0};
    const enum store_status status = store_get(reader, id, &found);
    if (status != STORE_OK && status != STORE_NOT_FOUND)
        return status;
    /* Also for the neighbour that the store may have read instead: grants can be many. */
    if (!may_read(operation->instance, operation->request, found.organization_id))
        return STORE_NOT_FOUND;
    if (status == STORE_OK && seen)
        return report_second(reader, &found);
    *ret_integration = found;
    return status;
}

struct store_route route_to(const struct identifier *id)
{
    return (struct store_route){.ids = id, .id_count = 1};
}
