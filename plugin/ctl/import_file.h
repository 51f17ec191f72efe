// SPDX-License-Identifier: MIT
/* Reads the file of an import: checks the whole of it first, then gives its lines. */
#ifndef PLUGIN_CTL_IMPORT_FILE_H
#define PLUGIN_CTL_IMPORT_FILE_H

#include "plugin/ctl/commands.h"
#include "plugin/ctl/import_lines.h"

/*
 * Takes a line, whose integration has the ID that it is to get; at last IMPORT_END. Another code
 * than EXIT_DONE ends the import.
 */
typedef enum exit_code import_line_fn(void *user, const struct import_reader *reader,
                                      enum import_kind kind);

/* The lines of --from that are of --organization. What is wrong has been reported. */
enum exit_code import_file(const struct options *options, import_line_fn *take, void *user);

#endif
