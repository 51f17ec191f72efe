// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/suspension.h"

#include <stdio.h>

#include "plugin/base/deadline.h"

enum { LINE_SIZE = 512 };

enum store_status suspension_reject(struct database *database, struct text organization_id,
                                    struct store_detail *detail)
{
    unsigned held;
    char line[LINE_SIZE];
    detail->text[0] = '\0';
    if (!throttle_pass(&database->suspended, monotonic_now(), &held))
        return STORE_STOPPED;
    snprintf(line, sizeof line,
             "organization '%.*s' is suspended; its %s are rejected; calls rejected since the last "
             "such line: %u (at most one line a minute)",
             (int)organization_id.size, organization_id.data,
             database->rejects_suspended_reads ? "calls" : "changes", held + 1);
    database->log(database->user, GQL_LOG_WARNING, line);
    return STORE_STOPPED;
}
