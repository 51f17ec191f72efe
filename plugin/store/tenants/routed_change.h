// SPDX-License-Identifier: MIT
/* A mutation that is led to the database of its organization. */
#ifndef PLUGIN_STORE_TENANTS_ROUTED_CHANGE_H
#define PLUGIN_STORE_TENANTS_ROUTED_CHANGE_H

#include "plugin/store/tenants/databases.h"

/* As store_submit. The first integration of an organization makes its database. */
bool routed_change(struct databases *databases, struct store_mutation *mutation);

#endif
