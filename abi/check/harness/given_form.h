// SPDX-License-Identifier: MIT
/* The form of --calls: a list of {"type", "field", "arguments", …} and {"load", "ids", …}. */
#ifndef GQL_CHECK_GIVEN_FORM_H
#define GQL_CHECK_GIVEN_FORM_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* One call as --calls lists it; absent members are NULL. */
struct given {
    size_t index; /* In the list; set by the caller of given_read. */
    const char *type, *field, *load, *selection, *expect;
    json_t *arguments, *parent, *ids, *as;
};

/*
 * Whether `calls` is a list of well-formed calls; if not, `detail` says why. Whether the plugin can
 * serve them is not looked at.
 */
bool given_calls_check(json_t *calls, char *detail, size_t detail_size);

/* What it points to is owned by `json`. False with *error set if it is not such an object. */
bool given_read(json_t *json, struct given *given, json_error_t *error);

#endif
