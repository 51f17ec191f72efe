// SPDX-License-Identifier: MIT
/* A read that is led to the databases where it may find something, one after the other. */
#ifndef PLUGIN_STORE_TENANTS_ROUTED_READ_H
#define PLUGIN_STORE_TENANTS_ROUTED_READ_H

#include "plugin/store/tenants/databases.h"

/*
 * As store_read. `nothing` reads an empty database, for what leads nowhere; it must outlive the
 * read.
 */
int32_t routed_read(struct databases *databases, const struct store_reader *nothing,
                    struct store_read *read);

#endif
