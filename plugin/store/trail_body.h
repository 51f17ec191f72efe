// SPDX-License-Identifier: MIT
/* The body of an event: who did what to which integration, as one line of JSON. */
#ifndef PLUGIN_STORE_TRAIL_BODY_H
#define PLUGIN_STORE_TRAIL_BODY_H

#include "gql_plugin.h"
#include "plugin/base/integration.h"
#include "plugin/base/json_writer.h"

enum {
    TRAIL_TEXT_MAX = 1024, /* Bytes of a text of the host's, such as a user agent. */
    TRAIL_BODY_MAX = 65536,
};

struct trail_facts {
    uint8_t random[10]; /* Of the event's ID. */
    int64_t unix_milliseconds;
    const gql_request *request; /* Who did it; NULL: not known. Only what says that is read. */
    struct text organization_id;
    struct identifier entity;         /* Whose event it is; all zeros: nobody's. */
    const char *denied;               /* The action that was refused; NULL: it was done. */
    uint32_t unrecorded;              /* With denied: how many before it were not recorded. */
    const struct integration *before; /* NULL: created. */
    const struct integration *after;  /* NULL: deleted. */
    bool restored;                    /* It was deleted, and is there again. */
};

/*
 * Any thread. Texts of the host that are too long are cut, and what is not UTF-8 in them is
 * replaced. Of tokens it tells what vault/token_summary.h does. False if out of memory, or if the
 * body would be longer than TRAIL_BODY_MAX, which nothing that fits the limits is.
 */
bool trail_body_write(struct json_writer *writer, const struct trail_facts *facts);

#endif
