// SPDX-License-Identifier: MIT
/* What the command migrate has done with a database. */
#ifndef PLUGIN_CTL_MIGRATION_H
#define PLUGIN_CTL_MIGRATION_H

#include "plugin/base/text.h"
#include "plugin/ctl/commands.h"

struct migration {
    const char *database;
    struct text owner; /* No text: it is anybody's. */
    int from, to;      /* Versions of the schema. */
    bool finished;     /* Older gateways can't use it any more. */
};

enum exit_code migration_print(const struct options *options, const struct migration *migration);

#endif
