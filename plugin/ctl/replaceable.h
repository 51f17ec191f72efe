// SPDX-License-Identifier: MIT
/* What --force may replace: a file of the kind that the command writes, and no other. */
#ifndef PLUGIN_CTL_REPLACEABLE_H
#define PLUGIN_CTL_REPLACEABLE_H

#include <stdbool.h>

#include "vault/tool/report.h"

/* Whether a path is a regular file that is empty or begins with `begin`. No link is followed. */
bool replaceable(const char *path, const char *begin);

/* Reports that it is not: EXIT_UNUSABLE. `kind`: "an export". */
enum exit_code report_not_replaceable(const char *path, const char *kind);

#endif
