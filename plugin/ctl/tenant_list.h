// SPDX-License-Identifier: MIT
/* The organizations that have a folder below a root. */
#ifndef PLUGIN_CTL_TENANT_LIST_H
#define PLUGIN_CTL_TENANT_LIST_H

#include "gql_plugin.h"
#include "plugin/base/tenant_name.h"

struct tenant_list {
    struct tenant_id *items; /* In the order of their bytes. */
    size_t count;
    size_t capacity;
};

/* Reports to the operator, once, what else is there. Finish it unless it failed. */
int32_t tenant_list_read(struct tenant_list *list, const char *root, gql_failure *failure);
/* False if memory ran out. The ID has at most ORGANIZATION_ID_MAX bytes. */
bool tenant_list_append(struct tenant_list *list, struct text id);

void tenant_list_finish(struct tenant_list *list);

#endif
