// SPDX-License-Identifier: MIT
/* Whether the body of an event can be that of a trail. A hash says only that it did not change. */
#ifndef PLUGIN_STORE_TRAIL_BODY_CHECK_H
#define PLUGIN_STORE_TRAIL_BODY_CHECK_H

#include <jansson.h>

#include "plugin/base/text.h"

enum trail_body_verdict { TRAIL_BODY_FITS, TRAIL_BODY_WRONG, TRAIL_BODY_NO_MEMORY };

/*
 * It fits if it is an object of JSON of at most TRAIL_BODY_MAX bytes that names the organization,
 * or erased. Any thread.
 */
enum trail_body_verdict trail_body_check(struct text body, struct text organization_id);

/* The same for a body that is there; TRAIL_BODY_FITS: *ret_body is a new reference. */
enum trail_body_verdict trail_body_read(struct text body, struct text organization_id,
                                        json_t **ret_body);

#endif
