// SPDX-License-Identifier: MIT
/*
 * The values of an export's lines. Each function takes a line's object into the reader; false: a
 * value is missing or out of range.
 */
#ifndef PLUGIN_CTL_IMPORT_VALUES_H
#define PLUGIN_CTL_IMPORT_VALUES_H

#include "plugin/ctl/import_lines.h"

bool import_take_integration(struct import_reader *reader, const json_t *object);
bool import_take_deleted(struct import_reader *reader, const json_t *object);
bool import_take_checkpoint(struct import_reader *reader, const json_t *object);
bool import_take_event(struct import_reader *reader, const json_t *object);
bool import_take_consumer(struct import_reader *reader, const json_t *object);

/* A string of 0 to `most` bytes, or null, which is no text, if it may be. */
bool import_take_text(const json_t *object, const char *name, size_t most, bool may_be_null,
                      struct text *ret_text);

#endif
