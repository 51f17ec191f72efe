// SPDX-License-Identifier: MIT
/* Goes over the organizations of a root, one after the other, as long as somebody asks. */
#ifndef PLUGIN_STORE_TENANTS_ROUND_H
#define PLUGIN_STORE_TENANTS_ROUND_H

#include "plugin/store/engine.h"
#include "plugin/store/tenants/listing.h"

/*
 * The organization at the place, which moves on; false: there are no more. One that is made or goes
 * meanwhile may be left out, or come twice. A folder that can't be listed is left out. It may wait
 * for a disk.
 */
bool round_next(struct listing *listing, struct sweep_place *place, struct tenant_id *ret_id);

#endif
