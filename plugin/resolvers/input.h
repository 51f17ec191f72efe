// SPDX-License-Identifier: MIT
/* Reads members of the arguments. */
#ifndef PLUGIN_RESOLVERS_INPUT_H
#define PLUGIN_RESOLVERS_INPUT_H

#include "plugin/resolvers/operation.h"

/*
 * A member that is a string, borrowed; no text if it is missing, null or of another type. It may
 * hold lone surrogates: check it with vault_utf8_is_valid before it is stored or answered.
 */
struct text member_text(const json_t *object, const char *name);

/*
 * A member that is an Int: a whole number of 32 bits, also if the host writes it with a fraction,
 * as 1.0 (GraphQL, October 2021, section 3.5.1). False for everything else.
 */
bool member_int(const json_t *object, const char *name, int32_t *ret_number);

/* Whether the member is there and not null. */
bool member_given(const json_t *object, const char *name);

/*
 * Takes the ID of an organization from the member of `object` that the last part of `field` names.
 * Otherwise rejects the operation, with `field`, and returns false.
 */
bool input_take_organization(struct operation *operation, const json_t *object, const char *field,
                             struct text *ret_organization_id);

#endif
