// SPDX-License-Identifier: MIT
/* What the command check says of a database. */
#ifndef PLUGIN_CTL_CHECK_REPORT_H
#define PLUGIN_CTL_CHECK_REPORT_H

#include <jansson.h>

#include "plugin/base/text.h"
#include "plugin/ctl/commands.h"

struct check_report {
    const char *database;
    struct text owner; /* No text: nobody alone. */
    long long rows;
    const char *unchecked; /* Why the order was not checked; empty: it was. */
    json_t *findings;      /* Borrowed. */
    const char *cure;      /* If there are any. */
};

/* Appends a finding to the list. */
void check_report_take(json_t *list, const char *check, const char *message);

/* EXIT_FOUND if there are findings. */
enum exit_code check_report_print(const struct options *options, const struct check_report *result);

#endif
