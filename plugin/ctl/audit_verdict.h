// SPDX-License-Identifier: MIT
/* What the command audit verify says of an organization's trail. */
#ifndef PLUGIN_CTL_AUDIT_VERDICT_H
#define PLUGIN_CTL_AUDIT_VERDICT_H

#include "plugin/ctl/commands.h"
#include "plugin/store/trail_check.h"

/* Prints it. EXIT_FOUND: the trail was changed. */
enum exit_code audit_verdict(const struct options *options, const char *database, struct text id,
                             const struct trail_check *check);

#endif
