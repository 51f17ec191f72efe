// SPDX-License-Identifier: MIT
/*
 * Where integrations are kept: the only header of the store that resolvers include. An engine
 * (engine.h) does the work. Any thread may call any function between open and close.
 */
#ifndef PLUGIN_STORE_STORE_H
#define PLUGIN_STORE_STORE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "gql_plugin.h"
#include "plugin/base/deadline.h"
#include "plugin/base/executors.h"
#include "plugin/base/identifier.h"
#include "plugin/base/integration.h"
#include "plugin/base/pool.h"
#include "plugin/base/text.h"
#include "plugin/store/consumer.h"
#include "plugin/store/state.h"
#include "plugin/store/trail_check.h"

struct listing;
struct store;
struct store_engine;

enum store_status {
    STORE_OK,
    STORE_NOT_FOUND,
    STORE_ERASED,      /* The organization was erased here: nothing is created in it again. */
    STORE_CONFLICT,    /* The stored version differs from the expected one. */
    STORE_EXHAUSTED,   /* The version can't grow; nothing was changed. */
    STORE_REPEATED,    /* Under that key it was created before; nothing was changed. */
    STORE_KEY_USED,    /* Under that key something else was created; nothing was changed. */
    STORE_EXPIRED,     /* The deadline passed, or the call was cancelled; nothing was changed. */
    STORE_BUSY,        /* Another process held the database for too long. */
    STORE_UNREACHABLE, /* The database's server does not answer; nothing was changed. */
    STORE_FULL,        /* The disk is full. */
    STORE_NO_MEMORY,
    STORE_SHORTAGE, /* The process or the machine is short of something: the detail says of what. */
    STORE_DENIED,   /* The system does not let the service use the database's files. */
    STORE_STOPPED, /* Nothing is written, or read, until the database is sound; the log says why. */
    STORE_UNKNOWN, /* The change may be in the database, now or after a crash. */
    STORE_DAMAGED, /* What was read is damage. Nothing is written from then on. */
    STORE_BROKEN,  /* I/O failed. */
    STORE_STATUSES,
};

/* What goes into the log with a status; never shown to a client. NUL-terminated; may be empty. */
struct store_detail {
    char text[256];
};

/* For STORE_SHORTAGE: there is no thread, and none could be started because of `error` (errno). */
void store_detail_no_thread(struct store_detail *detail, int error);

/* For STORE_ERASED. */
void store_detail_erased(struct store_detail *detail, struct text organization_id);

/* How long what is over is kept. */
struct store_retention {
    int64_t deleted_milliseconds; /* Deleted integrations; 0: not at all. */
    int64_t trail_milliseconds;   /* Events of the trail; 0: for ever. */
};

struct store_options {
    const json_t *database;   /* The setting `database`, checked, for the engine to read. */
    const char *locale;       /* BCP 47; decides the order of titles. */
    struct text organization; /* The only one that is served; no text: any. Outlives the store. */
    struct identifier_mint mint;
    struct store_retention retention;
    struct executors *executors; /* Run what may wait. Must outlive the store. */
    void *user;                  /* Passed to the functions below, which any thread may call. */
    int64_t (*unix_milliseconds)(void *user);
    void (*log)(void *user, uint32_t level, const char *message);
};

/*
 * Opens or creates the database that `options` names, migrates it, and rebuilds the order of titles
 * if the collation changed. `database` and `locale` are borrowed until the return.
 */
int32_t store_open(const struct store_engine *engine, const struct store_options *options,
                   struct store **ret_store, gql_failure *failure);

/* Waits as store_drain; none may be begun any more. NULL-safe. */
void store_close(struct store **store);

/*
 * Waits for the reads and mutations under way. Later reads end with STORE_BUSY; the caller submits
 * no mutation any more. May be called again.
 */
void store_drain(struct store *store);

/* How the store fares now. */
struct store_state store_state(struct store *store);

/*
 * Calls have been rejected: has it found out whether a change would succeed now, elsewhere and at
 * most once a second. Waits for nothing; store_proved tells, later.
 */
void store_probe(struct store *store);

/* When reads, or changes, last succeeded as far as store_state and store_probe have found. */
uint64_t store_proved(struct store *store, enum state_proof proof);

/* What a database that is open takes. */
struct store_measure {
    struct text organization_id; /* Whose alone it is; no text: anybody's. */
    const char *state;           /* "active", or what its organization's lease says. Static. */
    uint64_t file_bytes;
    uint64_t log_bytes;
    uint64_t snapshots; /* That are kept between reads. */
};

/* Calls `visit` for each database that is open. Looks at the files, and waits for none. */
void store_measure(struct store *store,
                   void (*visit)(void *user, const struct store_measure *measure), void *user);

/* Connections to a server. */
struct store_pool {
    int64_t idle, used; /* That are open, as far as was noticed. */
    int64_t most;       /* That may be. */
    int64_t waiting;    /* Calls that wait for one. */
};

/* False: the database is in files. */
bool store_pool(struct store *store, struct store_pool *ret_pool);

enum inventory_step {
    INVENTORY_MORE,
    INVENTORY_LATER, /* Nothing was done, since all readers are in use: the same step again. */
    INVENTORY_DONE,
    INVENTORY_FAILED,
};

/* A look at all that is stored, in small steps. Zero but for the functions and `user` at first. */
struct store_inventory {
    uint64_t place[2]; /* The engine's: where the next step goes on. */

    /* An organization that has a folder of its own, by its state: a word, static. */
    void (*organization)(void *user, const char *state);
    /* A credentialRef that is stored, in a database that is open. The texts are borrowed. */
    void (*token)(void *user, struct text organization_id, struct text token);
    /* An organization whose tokens can't be given: its database is closed. */
    void (*closed)(void *user, struct text organization_id);
    void *user;
};

/*
 * Does a step on this thread, which is the storage pool's: some hundred rows at most, or a folder.
 * Opens no database, and keeps none open. What is changed meanwhile may be left out.
 */
enum inventory_step store_take_inventory(struct store *store, struct store_inventory *inventory);

/* ---- Reads ---- */

/* A consistent snapshot of a database, for the code of one read. */
struct store_reader;

/*
 * What a read looks for: an organization's integrations, or those with certain IDs. An engine that
 * has several databases finds by it in which of them to look. The texts and IDs are borrowed until
 * `done` is called.
 */
struct store_route {
    struct text organization_id; /* No text: by ID. */
    const struct identifier *ids;
    size_t id_count;
};

/*
 * One read: straight-line code that the engine runs where it does not hold up the host. Owned by
 * the caller until `done` is called.
 */
struct store_read {
    struct store_route route;
    /* Whether it may find anything of an organization: others are not asked. NULL: of any. */
    bool (*admits)(const struct store_read *read, struct text organization_id);
    /*
     * Reads what it needs from the reader and keeps it. Called once for each database that the
     * route leads to, one after the other; not any more after a status other than STORE_OK and
     * STORE_NOT_FOUND: there may be more in a database that the store does not know yet.
     */
    enum store_status (*run)(struct store_read *read, struct store_reader *reader);
    /*
     * For a read that looks for many IDs and can answer without some: called in place of `run` for
     * a database that can't be read, whose IDs are those of the tag. The others are read all the
     * same, also after a `run` that failed for any reason but STORE_EXPIRED and STORE_NO_MEMORY.
     * NULL: the first failure ends the read.
     */
    void (*miss)(struct store_read *read, uint32_t tag, enum store_status status,
                 const struct store_detail *detail);
    /*
     * Called once, after the last `run` and on the same thread, when the reader is released.
     * Returns what store_read returns if it runs inline. May free the read.
     */
    int32_t (*done)(struct store_read *read);
    struct deadline deadline;

    /*
     * For `done`: why `run` was not called, or what it returned: STORE_NOT_FOUND only if it never
     * returned anything else.
     */
    enum store_status status;
    struct store_detail detail; /* Set unless the status is STORE_OK or STORE_NOT_FOUND. */

    /* The engine's. */
    const uint32_t *tag; /* Whose IDs alone lead to the database; NULL: all may. */
    bool is_decoy;       /* See store_is_decoy. */
    uint64_t waits_since;
    struct store_read *next;
};

/*
 * Runs the read inline, on the caller's thread, if that takes no more than a few short reads of an
 * open database, and returns what `done` returned. Otherwise returns GQL_PENDING: the read runs on
 * another thread.
 */
int32_t store_read(struct store *store, struct store_read *read);

/*
 * A secret of 16 bytes that stays with the database, for signing cursors. Valid until the end of
 * `run`.
 */
const uint8_t *store_secret(const struct store_reader *reader);

/*
 * Whether a read that looks for many IDs in many databases need ask this one for that ID: it is led
 * to others by the rest.
 */
bool store_may_have(const struct store_reader *reader, const struct identifier *id);

/*
 * Whether this database is read only for the time that it takes: it has none of what is looked for,
 * and how it fares concerns nobody.
 */
bool store_is_decoy(const struct store_reader *reader);

/* What went wrong, after a function below has failed. Valid until the next one. */
struct store_detail *store_reader_detail(const struct store_reader *reader);

/*
 * The texts are borrowed until the next use of the reader, or the end of `run`. If the result is
 * STORE_NOT_FOUND, *ret_integration may be any other integration: finding none takes the same work,
 * so that time does not tell whether an ID exists.
 */
enum store_status store_get(struct store_reader *reader, const struct identifier *id,
                            struct integration *ret_integration);

struct store_counts {
    int64_t active;
    int64_t inactive;
};

/* Both are 0 for an organization that the store has never seen. */
enum store_status store_count(struct store_reader *reader, struct text organization_id,
                              struct store_counts *ret_counts);

enum store_filter { STORE_ALL, STORE_ACTIVE, STORE_INACTIVE };

/* A place in the order of titles, then IDs. There need not be an integration at it. */
struct store_position {
    struct text title;
    struct identifier id;
};

struct store_range {
    struct text organization_id;
    enum store_filter filter;
    const struct store_position *after;  /* NULL: from the first. */
    const struct store_position *before; /* NULL: to the last. */
    bool backward;                       /* From the end, in falling order. */
};

/* Appends at most `limit` integrations that lie strictly within the range, in its order. */
enum store_status store_scan(struct store_reader *reader, const struct store_range *range,
                             int limit, struct integration_list *list);

/* ---- The audit trail ---- */

struct store_event_range {
    struct text organization_id;
    const struct identifier *entity; /* Whose events; NULL: all of the organization. */
    int64_t after;                   /* Events with a higher sequence; 0: from the first on. */
    int64_t before;                  /* Events with a lower one; 0: to the last. */
    bool backward;                   /* From the end, in falling order. */
};

/* Gives at most `limit` events to `visit`. STORE_BROKEN if the engine keeps no trail. */
enum store_status store_events(struct store_reader *reader, const struct store_event_range *range,
                               int64_t limit, trail_visit_fn visit, void *user);

/*
 * Where an organization's trail begins: behind the events that were removed since their retention
 * was over.
 */
enum store_status store_trail_checkpoint(struct store_reader *reader, struct text organization_id,
                                         struct trail_checkpoint *ret_checkpoint);

/* The end of an organization's trail, without events its start (trail_start). */
enum store_status store_trail_head(struct store_reader *reader, struct text organization_id,
                                   struct trail_head *ret_head);

/*
 * Reads the whole trail of an organization and verifies it. If the result is STORE_OK, the check
 * has ended: its `fault` is the verdict.
 */
enum store_status store_verify_trail(struct store_reader *reader, struct text organization_id,
                                     struct trail_check *ret_check);

/*
 * Takes the ID of an organization, borrowed until the return, and its version, which was looked up
 * before: another number after each commit of any process; 0: it is not known. False: memory ran
 * out.
 */
typedef bool (*store_organization_fn)(void *user, struct text organization_id, uint64_t version);

/* A look, in small steps, for organizations that may have events for a consumer. */
struct store_survey {
    struct text consumer;
    int64_t place; /* Where the next step goes on: 0 at first; SURVEY_END after the last one. */
    store_organization_fn found;
    void *user;
    struct deadline deadline;

    /* Called once, as that of store_read; may free the survey. */
    int32_t (*done)(struct store_survey *survey);

    enum store_status status; /* For `done`. */
    struct store_detail detail;

    /* The engine's. */
    struct store_read read;
    struct task task;
    struct listing *listing;
};

#define SURVEY_END INT64_MAX

/*
 * Does a step, as store_read: gives at most some thousand organizations to `found`. None is left
 * out that has events which the consumer has not acknowledged; others may be among them.
 * STORE_BROKEN if the engine keeps no trail.
 */
int32_t store_survey(struct store *store, struct store_survey *survey);

/*
 * Whether another process, or another instance, has committed since the last call. It may be in
 * vain; false where the engine can't tell. Any thread.
 */
bool store_others_committed(struct store *store);

/* ---- Mutations ---- */

enum store_mutation_kind {
    STORE_CREATE,
    /*
     * Changes nothing: what a create under that key would find. STORE_REPEATED, STORE_KEY_USED, or
     * STORE_NOT_FOUND if it would create.
     */
    STORE_REPEAT,
    STORE_UPDATE,
    STORE_DELETE,
    /*
     * Changes nothing but the trail: somebody was refused. STORE_NOT_FOUND if the organization is
     * not known, or the engine keeps no trail.
     */
    STORE_NOTE_DENIAL,
    /*
     * Erases some of what is kept beyond its retention, a bounded number of rows: STORE_OK if there
     * may be more, STORE_NOT_FOUND if nothing was left. Has no result.
     */
    STORE_SWEEP,
    /*
     * Leases an organization's events to a consumer. STORE_NOT_FOUND: he has acknowledged all.
     * STORE_CONFLICT: they are leased, for so many milliseconds more. STORE_BROKEN: the engine
     * keeps no trail.
     */
    STORE_CLAIM,
    /* STORE_CONFLICT: somebody else has claimed the events since. Otherwise likewise. */
    STORE_ACKNOWLEDGE,
};

enum { STORE_HASH_SIZE = 32, STORE_KEY_HOURS = 24 };

/*
 * The key of a create, which its organization keeps for STORE_KEY_HOURS, in the same transaction:
 * hashes, so that neither the key nor what was created can be read from them.
 */
struct store_key {
    uint8_t scope[STORE_HASH_SIZE]; /* What it has in common with its retries. */
    uint8_t input[STORE_HASH_SIZE]; /* Of all from which the integration is made. */
};

/* One change. Owned by the caller, with its texts and the request, until `done` is called. */
struct store_mutation {
    enum store_mutation_kind kind;
    struct identifier id;        /* Update, delete; denial: all zeros if it is about none. */
    int32_t expected_version;    /* Update, delete. */
    struct text organization_id; /* Whose integration it is or will be. */
    struct text title;           /* Create; update: no text keeps the title. */
    struct text credential_ref;  /* Create, update: no text is none. */
    bool sets_credential_ref;    /* Update. */
    bool sets_active;            /* Update. */
    bool is_active;
    const struct store_key *key; /* Create, repeat: NULL: it has none. */
    const char *denied;          /* Denial: the action. */
    struct store_lease *lease;   /* Claim, acknowledge. */
    uint32_t unrecorded;         /* Denial: how many before it were not recorded. */
    const gql_request *request;  /* Who asks for it, for the trail; NULL: not known. */
    struct deadline deadline;

    /*
     * Called once, on any thread but a host's. By then the change is durable (STORE_OK), or nothing
     * was changed (any other status but STORE_UNKNOWN). May free the mutation.
     */
    void (*done)(struct store_mutation *mutation);

    /* The outcome, for `done`. */
    enum store_status status;
    struct store_detail detail; /* As in store_read. */
    /*
     * STORE_OK: the integration as it is now, or was before its deletion; STORE_CONFLICT: as it is;
     * STORE_REPEATED: as it was created, from the mutation's own texts.
     * The caller finishes it. Its texts may be those of the mutation.
     */
    struct integration_copy result;

    /* The engine's. */
    uint32_t tag;
    uint64_t waits_since;
    struct store_mutation *next;
    struct store_mutation *next_turn;
    struct store_mutation *end;
};

/*
 * Any thread; waits for nothing. Mutations that wait are committed together, those of one
 * organization in the order of their submission. False if there is no thread and none can be
 * started, for which errno says why: `done` will not be called.
 */
bool store_submit(struct store *store, struct store_mutation *mutation);

#endif
