// SPDX-License-Identifier: MIT
/*
 * The members of a mutation's input. Each function takes one into the change; otherwise it rejects
 * the operation and returns false.
 */
#ifndef PLUGIN_RESOLVERS_MUTATION_INPUT_H
#define PLUGIN_RESOLVERS_MUTATION_INPUT_H

#include "plugin/resolvers/mutation.h"

bool mutation_take_version(struct mutation *mutation);
bool mutation_take_title(struct mutation *mutation);     /* Trimmed; must be given. */
bool mutation_take_is_active(struct mutation *mutation); /* May be missing. */

/* May be missing. Rejects only what can't be a token; credential_check does the rest later. */
bool mutation_take_credential_ref(struct mutation *mutation);

#endif
