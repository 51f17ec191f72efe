// SPDX-License-Identifier: MIT
/* Erasing an organization from a database that it shares with others. */
#ifndef PLUGIN_CTL_ERASE_SHARED_H
#define PLUGIN_CTL_ERASE_SHARED_H

#include "plugin/ctl/commands.h"

/* The commands tenants erase and tenants resume with --database. */
enum exit_code erase_shared(const struct options *options);
enum exit_code resume_shared(const struct options *options);

#endif
