// SPDX-License-Identifier: MIT
#include "plugin/store/tenants/inventory.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "plugin/base/tenant_path.h"
#include "plugin/store/engine.h"
#include "plugin/store/tenants/lease_hold.h"

/* What the lease of a database that is closed says. NULL: there is nothing of the organization. */
static const char *look_at_lease(const struct databases *databases, struct text id,
                                 const struct store_inventory *inventory)
{
    char folder[PATH_MAX], database[PATH_MAX + sizeof TENANT_DATABASE];
    struct stat found;
    bool is_held;
    if (!tenant_folder(databases->root, id, folder, sizeof folder) || stat(folder, &found) != 0)
        return NULL;
    snprintf(database, sizeof database, "%s/" TENANT_DATABASE, folder);
    const bool has_database = stat(database, &found) == 0;
    const enum lease_state state = lease_hold_peek(folder, &is_held);
    if (has_database && !lease_closes(state))
        inventory->closed(inventory->user, id);
    return lease_name(state, has_database);
}

/* Of an organization's database that is open, the next rows; `place` is in it. */
static enum inventory_step take_tokens(const struct database *database, uint64_t *place,
                                       const struct store_inventory *inventory)
{
    struct store_inventory own = *inventory;
    own.place[0] = *place;
    const enum inventory_step step = store_take_inventory(database->store, &own);
    *place = own.place[0];
    return step;
}

/* Its place moves on when all is taken. */
enum inventory_step tenants_take_inventory(struct store *store, struct databases *databases,
                                           struct store_inventory *inventory)
{
    struct tenant_id id;
    const char *state = NULL;
    enum inventory_step step = INVENTORY_DONE;
    struct sweep_place next = {.number = inventory->place[0]};
    if (!store->engine->next_organization(store, &next, &id))
        return INVENTORY_DONE;
    struct database *database = databases_peek(databases, tenant_id_text(&id));
    if (database != NULL) {
        step = take_tokens(database, &inventory->place[1], inventory);
        state = lease_name(database->lease.state, true);
        databases_leave(databases, database);
    } else {
        state = look_at_lease(databases, tenant_id_text(&id), inventory);
    }
    if (step == INVENTORY_MORE || step == INVENTORY_LATER)
        return step;
    if (state != NULL)
        inventory->organization(inventory->user, state);
    inventory->place[0] = next.number;
    inventory->place[1] = 0;
    return INVENTORY_MORE;
}
