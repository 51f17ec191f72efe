// SPDX-License-Identifier: MIT
/* Who calls: "nobody", or {"actor": "…", "grants": […]}, as --calls and --actor have it. */
#ifndef GQL_CHECK_REQUESTER_H
#define GQL_CHECK_REQUESTER_H

#include <jansson.h>
#include <stdbool.h>

#include "abi/check/harness/plan.h"

/* The form of a requester, for messages. */
#define REQUESTER_FORM                                                                        \
    "\"nobody\" or {\"actor\": \"…\", \"grants\": [{\"organizationId\": \"…\" or \"*\", " \
    "\"actions\": [\"READ\", \"CREATE\", \"UPDATE\", \"DELETE\"]}]}"

/* Whether the JSON has this form. */
bool requester_is_valid(json_t *json);

/* Sets who calls. What it points to is owned by `json`, which is valid. */
void requester_set(struct plan_request *request, json_t *json);

#endif
