// SPDX-License-Identifier: MIT
/*
 * Where integrations are kept. This header is all that the resolvers know of it; which engine works
 * behind it (SQLite) does not show. Any thread may call any function at any time between open and
 * close.
 */
#ifndef PLUGIN_STORE_H
#define PLUGIN_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "gql_plugin.h"
#include "plugin/base/identifier.h"
#include "plugin/base/integration.h"
#include "plugin/base/text.h"

struct store;

enum store_status {
    STORE_OK,
    STORE_NOT_FOUND,
    STORE_CONFLICT, /* The version is another one; see store_mutation.integration. */
    STORE_REFUSED,  /* By store_mutation.check. */
    /* The deadline passed, or the call was cancelled, before anything was written. */
    STORE_EXPIRED,
    STORE_BUSY, /* Another process held the store for too long. */
    STORE_FULL, /* No room on the disk. */
    STORE_NO_MEMORY,
    STORE_BROKEN, /* Input or output failed, or the data is damaged. */
};

/*
 * What went wrong, for the log: never shown to a client. NUL-terminated; empty where there is
 * nothing to say.
 */
struct store_trouble {
    char detail[256];
};

struct store_options {
    const char *path;
    const char *locale; /* BCP 47. */
    int readers;
    int cache_kib;
    int mmap_mib;
    int busy_timeout_ms;
    struct identifier_mint mint; /* What new IDs are made of. */
    void *user;                  /* Passed to the functions below. */
    int64_t (*unix_milliseconds)(void *user);
    void (*log)(void *user, uint32_t level, const char *message);
};

/*
 * Opens or makes the store, brings it up to date, and rebuilds the order if the collation changed.
 */
int32_t store_open(const struct store_options *options, struct store **ret_store,
                   gql_failure *failure);

/* After every mutation is done and no read is under way. */
void store_close(struct store **store);

/*
 * Finishes every mutation submitted so far, waits for it, and lets no more reads begin and no more
 * mutations in.
 */
void store_drain(struct store *store);

/*
 * A secret of 16 bytes that stays with the data: what cursors are signed with. Valid until close.
 */
const uint8_t *store_secret(const struct store *store);

/* ---- Reading: from a snapshot, never waiting for a write ---- */

/* Given an integration whose texts are borrowed until it returns; does not call into the store. */
typedef void (*store_visit_fn)(void *user, const struct integration *integration);

/* Shows the integration, without a copy. STORE_NOT_FOUND, and no visit, if there is none. */
enum store_status store_visit(struct store *store, const struct identifier *id,
                              store_visit_fn visit, void *user, struct store_trouble *trouble);

/* Appends the integration to the list. STORE_NOT_FOUND if there is none. */
enum store_status store_get(struct store *store, const struct identifier *id,
                            struct integration_list *list, struct store_trouble *trouble);

struct store_reader;

/*
 * A snapshot for several questions, to be ended by the same thread, soon. NULL with the status in
 * *ret_status.
 */
struct store_reader *store_read_begin(struct store *store, enum store_status *ret_status,
                                      struct store_trouble *trouble);
void store_read_end(struct store_reader *reader);

/* As store_get, within the snapshot. */
enum store_status store_read_get(struct store_reader *reader, const struct identifier *id,
                                 struct integration_list *list, struct store_trouble *trouble);

enum store_filter { STORE_ALL, STORE_ACTIVE, STORE_INACTIVE };

/* An organization within a snapshot. */
struct store_organization {
    int64_t key;    /* 0: the store has never seen it. */
    struct text id; /* Borrowed from the caller. */
    int64_t active;
    int64_t inactive;
};

enum store_status store_read_organization(struct store_reader *reader, struct text organization_id,
                                          struct store_organization *ret_organization,
                                          struct store_trouble *trouble);

/* A place in the order of titles, then IDs; there need not be an integration at it. */
struct store_position {
    struct text title;
    struct identifier id;
};

struct store_range {
    enum store_filter filter;
    const struct store_position *after;  /* NULL: from the first. */
    const struct store_position *before; /* NULL: to the last. */
};

/*
 * Appends at most `limit` integrations that lie strictly within the range, in rising order from its
 * start, or (`backward`) in falling order from its end.
 */
enum store_status store_read_scan(struct store_reader *reader,
                                  const struct store_organization *organization,
                                  const struct store_range *range, bool backward, int limit,
                                  struct integration_list *list, struct store_trouble *trouble);

/* ---- Writing: one after the other, made durable together ---- */

enum store_mutation_kind { STORE_CREATE, STORE_UPDATE, STORE_DELETE };

/*
 * One change. The caller fills in the first part and keeps it all until `done` is called, exactly
 * once, on a thread of the store's. By then the change is durable or refused, and nothing in
 * between.
 */
struct store_mutation {
    enum store_mutation_kind kind;
    struct identifier id;        /* Update, delete. */
    int32_t expected_version;    /* Update, delete. */
    struct text organization_id; /* Create. */
    struct text title;           /* Create; update: no text leaves it. */
    struct text credential_ref;  /* Create, update: no text is none. */
    bool sets_credential_ref;    /* Update. */
    bool sets_active;            /* Update. */
    bool is_active;
    uint64_t deadline; /* As in gql_request. */
    const uint32_t *cancelled;
    /*
     * NULL, or called first, once, on a thread of the store's, before it holds anything: false
     * refuses the mutation.
     */
    bool (*check)(struct store_mutation *mutation);
    void (*done)(struct store_mutation *mutation);

    /* The outcome. */
    enum store_status status;
    struct store_trouble trouble;
    /* STORE_OK: as it is now, or was when deleted. STORE_CONFLICT: as it is. */
    struct integration_list result;

    struct store_mutation *next; /* The store's. */
};

void store_submit(struct store *store, struct store_mutation *mutation);

#endif
