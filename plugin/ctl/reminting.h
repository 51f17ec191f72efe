// SPDX-License-Identifier: MIT
/*
 * New IDs for integrations whose IDs lack the tag of their organization, as those have that were
 * made before there were tags. The file is an object of JSON, of old IDs with their new ones; it is
 * kept, since an import that is done again must give the same.
 */
#ifndef PLUGIN_CTL_REMINTING_H
#define PLUGIN_CTL_REMINTING_H

#include <jansson.h>

#include "plugin/base/integration.h"
#include "vault/failure.h"

/* `path` NULL: no new IDs are given. */
struct reminting {
    const char *path;
    json_t *map;
    struct identifier_mint mint;
    long long count; /* Integrations that were looked at, and lack the tag. */
};

/*
 * Reads the file if it is there, and refuses it if an entry is no pair of IDs. Finish it in any
 * case.
 */
bool reminting_init(struct reminting *reminting, const char *path, struct vault_failure *failure);
void reminting_finish(struct reminting *reminting);

/*
 * Counts, and gives a new ID to, what lacks its tag. False if memory ran out, or if the file gives
 * it an ID with the tag of another organization.
 */
bool reminting_look(struct reminting *reminting, const struct integration *integration,
                    struct vault_failure *failure);

/* Writes the file, durably, if new IDs were given. */
bool reminting_save(const struct reminting *reminting, struct vault_failure *failure);

/* The ID that the integration gets: its own, or a new one. */
struct identifier reminting_id(const struct reminting *reminting,
                               const struct integration *integration);

#endif
