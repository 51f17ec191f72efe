// SPDX-License-Identifier: MIT
/*
 * The lines of an export, each an object of JSON with one member:
 *
 *   {"export": {"format": 3}}                 the first
 *   {"integration": {"id", "organizationId", "version", "isActive", "title", "credentialRef"}}
 *   {"deleted": {the same members, and "deletedAt"}}
 *   {"checkpoint": {"organizationId", "sequence", "hash", "time"}}
 *   {"event": {"organizationId", "sequence", "entity", "salt", "digest", "hash", "body"}}
 *   {"consumer": {"organizationId", "name", "position"}}
 *   {"end": {"integrations", "events", "checksum"}}
 *
 * An organization's lines stand together: its integrations in the order of their IDs, those that
 * were deleted and are kept likewise, the checkpoint if the first events were removed, the others,
 * and up to which of them consumers have come, in the order of their names. Format 1 had no deleted
 * ones, and no checkpoints; format 2 had no consumers. Bytes are in hexadecimal digits; what an
 * event has lost by erasure is null. The checksum is BLAKE2b of 32 bytes of all that stands before
 * the last line. What is the same gives the same lines.
 */
#ifndef PLUGIN_CTL_EXPORT_LINES_H
#define PLUGIN_CTL_EXPORT_LINES_H

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>

#include "plugin/base/integration.h"
#include "plugin/store/consumer_list.h"
#include "plugin/store/deleted.h"
#include "plugin/store/trail_checkpoint.h"

enum { EXPORT_FORMAT = 3, EXPORT_CHECKSUM_SIZE = 2 * 32 + 1 };

/* One member of a line, NULL if memory ran out. */
json_t *export_integration(const struct integration *integration);
json_t *export_deleted(const struct deleted_integration *deleted);
json_t *export_checkpoint(const struct trail_checkpoint *checkpoint, struct text organization_id);
json_t *export_event(const struct trail_event *event, struct text organization_id);
json_t *export_consumer(const struct listed_consumer *consumer, struct text organization_id);

/* Writes lines, and sums them up. */
struct export_writer {
    FILE *stream;
    crypto_generichash_state sum;
    long long integrations, events;
};

/* False if memory ran out, or the stream failed, which errno says. */
bool export_begin(struct export_writer *writer, FILE *stream);
/* Takes the reference of the value; NULL: memory ran out. */
bool export_line(struct export_writer *writer, const char *name, json_t *value);
bool export_end(struct export_writer *writer);

/* Ends a sum; NUL-terminated. */
void export_checksum(crypto_generichash_state *sum, char ret_text[EXPORT_CHECKSUM_SIZE]);

#endif
