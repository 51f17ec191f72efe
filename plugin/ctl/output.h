// SPDX-License-Identifier: MIT
/* What commands print, on a terminal as in a file. */
#ifndef PLUGIN_CTL_OUTPUT_H
#define PLUGIN_CTL_OUTPUT_H

#include <jansson.h>

#include "gql_plugin.h"
#include "plugin/base/text.h"
#include "vault/tool/report.h"

/* Why something can't be used. A tool has no settings, so names none. */
const char *failure_text(const gql_failure *failure);

/* Reports it: EXIT_UNUSABLE. */
enum exit_code report_failure(const gql_failure *failure);
enum exit_code report_no_memory(void);
enum exit_code report_unknown_organization(const char *database, struct text id);

/* An organization's ID, a path: as JSON, NULL if memory ran out; no text is null. */
json_t *output_text_value(struct text text);

/* Writes the object on a line of its own, and takes its reference. NULL: memory ran out. */
enum exit_code output_json_line(json_t *object);

/* Writes text that a stranger may have written. */
void output_text(struct text text);

#endif
