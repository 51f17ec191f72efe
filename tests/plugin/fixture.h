// SPDX-License-Identifier: MIT
/* A store in a scratch folder, with reads and mutations that are waited for. */
#ifndef TESTS_PLUGIN_FIXTURE_H
#define TESTS_PLUGIN_FIXTURE_H

#include "plugin/store/store.h"
#include "tests/plugin/scratch.h"

/* The engine under test: a suite is linked with one of them. */
extern const struct store_engine *const fixture_engine;

/* The value of the engine's setting for the database of that path; overwritten by the next call. */
const char *fixture_place(const char *path);

/* Opens `integrations.db` in the folder, or fails the test. The time is fixture_now_ms. */
struct store *fixture_open(const struct scratch *scratch, const char *locale);
int32_t fixture_try_open(const struct scratch *scratch, const char *locale,
                         struct store **ret_store, gql_failure *failure);
int32_t fixture_try_open_path(const char *path, const char *file_mode, const char *locale,
                              struct store **ret_store, gql_failure *failure);
void fixture_close(struct store **store);

extern _Atomic int64_t fixture_now_ms;
/* Settings of stores to be opened. */
extern int fixture_busy_timeout_ms;      /* The setting of stores to be opened. */
extern int fixture_storage_threads;      /* Likewise. */
extern int fixture_check_mib;            /* database.checkMiB */
extern bool fixture_dedicated;           /* database.dedicated */
extern bool fixture_prepared_statements; /* database.preparedStatements */
extern int fixture_statement_timeout_ms; /* database.statementTimeoutMilliseconds */
extern int64_t fixture_deleted_ms;       /* retention.deletedDays */
extern int64_t fixture_trail_ms;         /* retention.trailDays */
extern const char *fixture_organization; /* organization; NULL: none */
extern const char *fixture_more;         /* Members of `database` in JSON, which win; NULL: none */

/* All that the store has logged so far. */
const char *fixture_log(void);

/* Reads with `function`, waits, and returns the status. */
typedef enum store_status fixture_read_fn(struct store_reader *reader, void *context);
enum store_status fixture_read(struct store *store, fixture_read_fn *function, void *context);

/* The same, led to the database of an organization. */
enum store_status fixture_read_of(struct store *store, const char *organization_id,
                                  fixture_read_fn *function, void *context);

/* The copy is for the caller to finish. */
enum store_status fixture_get(struct store *store, struct identifier id,
                              struct integration_copy *copy);
struct store_counts fixture_counts(struct store *store, const char *organization_id);

/* Appends the whole range to the list. */
void fixture_scan(struct store *store, const struct store_range *range,
                  struct integration_list *list);

/* Submits and waits. The result is for the caller to finish. */
void fixture_apply(struct store *store, struct store_mutation *mutation);

/* Creates an integration, or fails the test. */
struct identifier fixture_create(struct store *store, const char *organization_id,
                                 const char *title, bool is_active);

#endif
