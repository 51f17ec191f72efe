// SPDX-License-Identifier: MIT
/*
 * A row of integrations, taken as strictly as it was written: a value out of range is damage, and
 * is never cut; a text for which there is no memory is never taken for NULL.
 */
#ifndef PLUGIN_STORE_SQLITE_ROW_H
#define PLUGIN_STORE_SQLITE_ROW_H

#include "plugin/store/sqlite/connection.h"

/* Writes the detail, which ends with the value, and returns STORE_DAMAGED. */
enum store_status row_damage(struct store_detail *detail, const char *what, sqlite3_int64 value);

/*
 * A text of at most `most` bytes, or no text for NULL. It is borrowed until the next step. One that
 * is longer, or not UTF-8, is damage: an answer that holds it would not be JSON.
 */
enum store_status row_text(sqlite3_stmt *statement, int column, size_t most, struct text *ret_text,
                           struct store_detail *detail);

/*
 * The columns are id, version, is_active, title and credential_ref. Sets all but the organization;
 * the texts are borrowed until the next step.
 */
enum store_status row_integration(sqlite3_stmt *statement, struct integration *ret_integration,
                                  struct store_detail *detail);

/* A column that tells whether an index and its row agree. */
enum store_status row_agrees(sqlite3_stmt *statement, int column, struct store_detail *detail);

/* The two counters of an organization, from `column` on. */
enum store_status row_counts(sqlite3_stmt *statement, int column, struct store_counts *ret_counts,
                             struct store_detail *detail);

#endif
