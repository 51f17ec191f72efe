// SPDX-License-Identifier: MIT
/*
 * What an organization's erasure removed, and what it could not reach: an object with
 * `organization`, `time`, `removed`, `notReached`, and `tombstone`, the place of what keeps the
 * organization from coming back. Each member of `removed` has a `file` with its `bytes`, or a
 * `table` with its `rows`.
 */
#ifndef PLUGIN_CTL_RECEIPT_H
#define PLUGIN_CTL_RECEIPT_H

#include "plugin/ctl/commands.h"
#include "plugin/ctl/output.h"

/* Adds what no tool reaches, whatever the organization's database. */
json_t *receipt_not_reached(void);

/* The member `removed` of the tombstone of a database that many organizations share. */
json_t *receipt_removed(const json_t *tombstone);

/* Whether an organization of such a database may begin anew: refuses without a tombstone (NULL). */
enum exit_code receipt_refuse_resuming(const struct options *options, const json_t *tombstone);

/* Prints the receipt, and drops it; `already`: the erasure ended before. NULL: memory ran out. */
enum exit_code receipt_print(const struct options *options, json_t *receipt, bool already);

/* What would be erased for good needs --force. */
enum exit_code receipt_refuse_without_force(const struct options *options);

#endif
