// SPDX-License-Identifier: MIT
/* Reads the lines of an export (export_lines.h), and checks each, its trails and the whole. */
#ifndef PLUGIN_CTL_IMPORT_LINES_H
#define PLUGIN_CTL_IMPORT_LINES_H

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>

#include "plugin/base/integration.h"
#include "plugin/base/tenant_name.h"
#include "plugin/store/trail_checkpoint.h"
#include "vault/failure.h"

enum import_kind {
    IMPORT_INTEGRATION,
    IMPORT_DELETED,
    IMPORT_CHECKPOINT,
    IMPORT_EVENT,
    IMPORT_CONSUMER,
    IMPORT_END
};

/* One thread. */
struct import_reader {
    FILE *stream;
    const char *path;
    char *text;       /* The line's bytes. */
    long long number; /* Of the line. */
    crypto_generichash_state sum;
    long long integrations, events;
    struct tenant_id trail; /* Whose events come; of size 0: nobody's. */
    struct trail_head head; /* Of the trail so far. */

    /* The line; what it points to is valid until the next one is read. */
    json_t *root;
    struct text organization_id;
    struct integration integration; /* Of a deleted one, too. */
    int64_t deleted_at;             /* IMPORT_DELETED: Unix milliseconds. */
    struct trail_checkpoint checkpoint;
    struct trail_event event;
    struct text consumer;
    int64_t position; /* Of the consumer. */
};

/* Opens a file, which must be regular. Close it in any case. */
bool import_open(struct import_reader *reader, const char *path, struct vault_failure *failure);
void import_close(struct import_reader *reader);

/* Reads the next line; after IMPORT_END there is none. The failure names the line. */
bool import_next(struct import_reader *reader, enum import_kind *ret_kind,
                 struct vault_failure *failure);

#endif
