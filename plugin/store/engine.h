// SPDX-License-Identifier: MIT
/*
 * What a storage engine implements: one table of functions, with the contracts of store.h. A new
 * engine is a folder beside sqlite/ and a line in plugin/engines.c.
 */
#ifndef PLUGIN_STORE_ENGINE_H
#define PLUGIN_STORE_ENGINE_H

#include "plugin/base/tenant_name.h"
#include "plugin/store/store.h"

enum { STORE_SECRET_SIZE = 16 };

/* Erases what is over: sweeper.h. */
struct sweeper;

/* A place in a round of organizations. */
struct sweep_place {
    uint64_t offset; /* Where the round begins: any number. */
    uint64_t number; /* The engine's; 0: at the begin. */
};

/* How far a store is that is being opened. */
enum store_opening {
    STORE_IS_OPEN,
    STORE_IS_LOCKED, /* Another process holds a lock; the failure says so, for who gives up. */
    STORE_IS_LONG,   /* What comes next may take minutes: a migration, a rebuild of the order. */
};

/* The first member of an engine's own struct. */
struct store {
    const struct store_engine *engine;
    enum store_opening opening;
    struct state_board state; /* The engine initializes and finishes it. */
    struct sweeper *sweeper;  /* store_open's; NULL: there is none. */
};

/* The first member of an engine's own struct. */
struct store_reader {
    const struct store_engine *engine;
    const uint8_t *secret;       /* The database's, of STORE_SECRET_SIZE bytes. */
    const uint32_t *tag;         /* The read's. */
    bool is_decoy;               /* The read's. */
    struct store_detail *detail; /* The read's, for the functions that fail. */
};

struct store_engine {
    const char *setting; /* The member of `database` that selects the engine: "path". */

    /* Prepares the engine's library, for the process. May be called again. */
    int32_t (*init)(gql_failure *failure);

    /*
     * As store_open, but waits for no lock, and does nothing long: after GQL_OK, the store's member
     * `opening` says how far it is. `go_on` continues until it is open, which STORE_IS_LONG allows
     * to take long once; if that fails, the store is to be closed. NULL: `open` opens at once.
     */
    int32_t (*open)(const struct store_options *options, struct store **ret_store,
                    gql_failure *failure);
    int32_t (*go_on)(struct store *store, gql_failure *failure);
    void (*close)(struct store *store);
    void (*drain)(struct store *store);

    /*
     * Before somebody asks for the state: looks anew at what calls would notice. Who asks may be
     * the one who sends the calls, and send none while the state is bad. NULL: nothing.
     */
    void (*look)(struct store *store);

    /* As store_probe. NULL: nothing. */
    void (*probe)(struct store *store);

    /* As store_measure. NULL: there is nothing to measure. */
    void (*measure)(struct store *store,
                    void (*visit)(void *user, const struct store_measure *measure), void *user);

    /* As store_pool. NULL: there is no server. */
    bool (*pool)(struct store *store, struct store_pool *ret_pool);

    /* As store_take_inventory. NULL: none is taken. */
    enum inventory_step (*take_inventory)(struct store *store, struct store_inventory *inventory);

    int32_t (*read)(struct store *store, struct store_read *read);
    /*
     * Runs the read inline, without `done`, if a reader is free and ready: who has several
     * databases needs no more for what is open. False: it did not run. NULL: it never is.
     */
    bool (*read_now)(struct store *store, struct store_read *read);
    enum store_status (*get)(struct store_reader *reader, const struct identifier *id,
                             struct integration *ret_integration);
    enum store_status (*count)(struct store_reader *reader, struct text organization_id,
                               struct store_counts *ret_counts);
    enum store_status (*scan)(struct store_reader *reader, const struct store_range *range,
                              int limit, struct integration_list *list);

    /* The trail, with which each mutation is recorded. NULL, both: the engine keeps none. */
    enum store_status (*events)(struct store_reader *reader, const struct store_event_range *range,
                                int64_t limit, trail_visit_fn visit, void *user);
    enum store_status (*trail_head)(struct store_reader *reader, struct text organization_id,
                                    struct trail_head *ret_head);
    /* NULL: no events are removed. */
    enum store_status (*trail_checkpoint)(struct store_reader *reader, struct text organization_id,
                                          struct trail_checkpoint *ret_checkpoint);

    /* As store_survey. NULL: the engine keeps no trail. */
    int32_t (*survey)(struct store *store, struct store_survey *survey);

    /* As store_others_committed. NULL: the engine can't tell. */
    bool (*others_committed)(struct store *store);

    bool (*submit)(struct store *store, struct store_mutation *mutation);

    /*
     * For STORE_SWEEP, where each organization has a database of its own: the one at the place,
     * which moves on. False: there are no more. On a thread of the storage pool. NULL: there is one
     * database, which is swept as a whole.
     */
    bool (*next_organization)(struct store *store, struct sweep_place *place,
                              struct tenant_id *ret_id);
};

/*
 * For engines whose stores are of another. As the functions of that engine; store_go_on closes the
 * store if it fails, and sets it to NULL.
 */
int32_t store_begin(const struct store_engine *engine, const struct store_options *options,
                    struct store **ret_store, gql_failure *failure);
int32_t store_go_on(struct store **store, gql_failure *failure);

/* For engines. Runs the read with a reader, without the part that comes after its release. */
void store_read_run(struct store_read *read, struct store_reader *reader);

/* For engines. As read_now of the store's engine. */
bool store_read_now(struct store *store, struct store_read *read);

/* For engines. Ends a read for which no reader can be had; returns what `done` returned. */
int32_t store_read_fail(struct store_read *read, enum store_status status, const char *detail);

#endif
