// SPDX-License-Identifier: MIT
/* What an export of SQLite databases has in common with one from a server. */
#ifndef PLUGIN_CTL_EXPORTING_H
#define PLUGIN_CTL_EXPORTING_H

#include "plugin/ctl/commands.h"
#include "plugin/ctl/export_lines.h"

struct exporting {
    struct export_writer writer;
    struct text organization_id; /* Whose lines are written. */
    bool failed;                 /* errno said why, and it was reported. */
};

/* Writes the lines of all organizations. */
typedef enum exit_code exporting_fn(const struct options *options, struct exporting *exporting);

/* Writes the whole export, to standard output or the file --to. */
enum exit_code exporting_run(const struct options *options, exporting_fn *source);

/* `user`: the struct exporting. False: it has failed. */
bool exporting_take_integration(void *user, const struct integration *integration);
bool exporting_take_deleted(void *user, const struct deleted_integration *deleted);
bool exporting_take_checkpoint(void *user, const struct trail_checkpoint *checkpoint);
bool exporting_take_consumer(void *user, const struct listed_consumer *consumer);
bool exporting_take_event(void *user, const struct trail_event *event);

#endif
