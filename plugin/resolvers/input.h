// SPDX-License-Identifier: MIT
/* Reads members of the arguments. */
#ifndef PLUGIN_RESOLVERS_INPUT_H
#define PLUGIN_RESOLVERS_INPUT_H

#include "plugin/resolvers/operation.h"

/* A member that is a string, borrowed; no text if it is missing, null or of another type. */
struct text member_text(const json_t *object, const char *name);

/* Whether the member is there and not null. */
bool member_given(const json_t *object, const char *name);

/*
 * Takes the ID of an organization from the member of `object` that the last part of `field` names.
 * Otherwise rejects the operation, with `field`, and returns false.
 */
bool input_take_organization(struct operation *operation, const json_t *object, const char *field,
                             struct text *ret_organization_id);

#endif
