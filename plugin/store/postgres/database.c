// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/database.h"

#include <sodium.h>
#include <stdio.h>

enum { FIRST_PAUSE_MS = 20, LONGEST_PAUSE_MS = 2000 };

int32_t database_init(struct database *database, struct store *store,
                      const struct store_options *options, gql_failure *failure)
{
    *database = (struct database){.engine = store->engine,
                                  .state = &store->state,
                                  .retention = options->retention,
                                  .user = options->user,
                                  .unix_milliseconds = options->unix_milliseconds,
                                  .log = options->log,
                                  .mint = options->mint};
    randombytes_buf(database->gateway, sizeof database->gateway);
    pthread_mutex_init(&database->lock, NULL);
    database->rejects_suspended_reads =
        json_is_false(json_object_get(options->database, "suspendedReads"));
    int32_t code = postgres_options_init(&database->options, options->database, failure);
    if (code == GQL_OK)
        code = collation_open(options->locale, &database->collation, failure);
    if (code != GQL_OK)
        return code;
    database->rules = (struct settings_rules){
        .collation = collation_fingerprint(database->collation),
        .synchronous_commit = database->options.synchronous_commit,
    };
    database->terms = (struct session_terms){.options = &database->options,
                                             .rules = &database->rules};
    return code;
}

void database_finish(struct database *database)
{
    collation_close(&database->collation);
    postgres_options_finish(&database->options);
    pthread_mutex_destroy(&database->lock);
}

/* ---- Sessions ---- */

/* Between half and all of twice the last pause, so that gateways do not all come at once. */
static uint64_t pause_after(unsigned failures)
{
    uint64_t pause = FIRST_PAUSE_MS;
    for (unsigned i = 1; i < failures && pause < LONGEST_PAUSE_MS; i++)
        pause *= 2;
    if (pause > LONGEST_PAUSE_MS)
        pause = LONGEST_PAUSE_MS;
    return (pause / 2 + randombytes_uniform((uint32_t)pause / 2 + 1)) * 1000000u;
}

static void tell(const struct database *database, uint32_t level, const char *reason)
{
    char line[REASON_SIZE + 64];
    snprintf(line, sizeof line, "The database's server: %s", reason);
    database->log(database->user, level, line);
}

/* The caller holds the lock. Returns whether the operator is to be told. */
static bool note_end(struct database *database, enum session_end end,
                     const struct session_terms *terms, const char *reason)
{
    const bool was_out = database->is_out;
    const enum store_status before = database->why;
    database->is_trying = false;
    database->is_out = end != SESSION_READY;
    if (end == SESSION_READY) {
        if (!database->terms.known) {
            identifier_rise(&database->mint, &terms->highest);
            database->terms = *terms;
        }
        database->failures = 0;
        return was_out;
    }
    database->why = end == SESSION_UNFIT ? STORE_STOPPED : STORE_UNREACHABLE;
    snprintf(database->detail.text, sizeof database->detail.text, "%.*s",
             (int)sizeof database->detail.text - 1, reason);
    database->next_try = monotonic_now() + pause_after(++database->failures);
    return !was_out || before != database->why;
}

static void report(struct database *database, enum session_end end, const char *reason)
{
    state_report(database->state, STATE_SERVER, end == SESSION_READY ? STORE_HEALTHY : STORE_FAILED,
                 end == SESSION_READY ? "" : reason);
    if (end == SESSION_READY)
        tell(database, GQL_LOG_INFO, "it can be used again");
    else
        tell(database, GQL_LOG_ERROR, reason);
}

static enum session_end connect_now(struct database *database, struct session *session,
                                    char reason[REASON_SIZE])
{
    pthread_mutex_lock(&database->lock);
    struct session_terms terms = database->terms;
    pthread_mutex_unlock(&database->lock);
    const enum session_end end = session_open(session, &terms, reason);
    pthread_mutex_lock(&database->lock);
    const bool tells = note_end(database, end, &terms, reason);
    pthread_mutex_unlock(&database->lock);
    if (tells)
        report(database, end, reason);
    return end;
}

enum session_end database_connect_first(struct database *database, struct session *session,
                                        char reason[REASON_SIZE])
{
    return connect_now(database, session, reason);
}

/* While the server is out, one tries, and not too often. */
static bool may_try(struct database *database, enum store_status *ret_status,
                    struct store_detail *detail)
{
    pthread_mutex_lock(&database->lock);
    const bool may = !database->is_out ||
                     (!database->is_trying && monotonic_now() >= database->next_try);
    if (may) {
        database->is_trying = true;
    } else {
        *ret_status = database->why;
        *detail = database->detail;
    }
    pthread_mutex_unlock(&database->lock);
    return may;
}

bool database_connect(struct database *database, struct session *session,
                      enum store_status *ret_status, struct store_detail *detail)
{
    char reason[REASON_SIZE];
    if (!may_try(database, ret_status, detail))
        return false;
    const enum session_end end = connect_now(database, session, reason);
    if (end == SESSION_READY)
        return true;
    *ret_status = end == SESSION_UNFIT ? STORE_STOPPED : STORE_UNREACHABLE;
    snprintf(detail->text, sizeof detail->text, "%.*s", (int)sizeof detail->text - 1, reason);
    return false;
}

bool database_is_out(struct database *database)
{
    pthread_mutex_lock(&database->lock);
    const bool is_out = database->is_out;
    pthread_mutex_unlock(&database->lock);
    return is_out;
}

/* ---- Agreement ---- */

enum settings_verdict database_judge(struct database *database, const PGresult *result)
{
    struct settings settings;
    char reason[REASON_SIZE];
    settings_take(result, &settings);
    const enum settings_verdict verdict = settings_judge(&settings, &database->rules, reason);
    if (atomic_exchange(&database->verdict, (int)verdict) == (int)verdict)
        return verdict;
    const bool agrees = verdict == SETTINGS_AGREE;
    state_report(database->state, STATE_AGREEMENT, agrees ? STORE_HEALTHY : STORE_FAILED,
                 agrees ? "" : reason);
    database->log(database->user, agrees ? GQL_LOG_INFO : GQL_LOG_ERROR,
                  agrees ? "The database fits again" : reason);
    return verdict;
}

/* ---- IDs ---- */

struct identifier database_mint(struct database *database, uint32_t tag,
                                const struct identifier *highest, int64_t unix_milliseconds)
{
    pthread_mutex_lock(&database->lock);
    identifier_rise(&database->mint, highest);
    const struct identifier id = identifier_next(&database->mint, tag, unix_milliseconds);
    pthread_mutex_unlock(&database->lock);
    return id;
}

/* ---- Outcomes ---- */

void database_note_write(struct database *database, enum store_status status,
                         const struct store_detail *detail)
{
    char reason[256];
    const bool fails = status == STORE_FULL || status == STORE_DENIED || status == STORE_SHORTAGE;
    if (status == STORE_OK && atomic_load(&database->writes_fail) &&
        atomic_exchange(&database->writes_fail, false))
        state_report(database->state, STATE_WRITES, STORE_HEALTHY, "");
    if (!fails)
        return;
    atomic_store(&database->writes_fail, true);
    snprintf(reason, sizeof reason, "A change failed, and none has succeeded since: %.190s",
             detail->text);
    state_report(database->state, STATE_WRITES, STORE_DEGRADED, reason);
}

enum store_status database_status(const struct trip *trip, enum trip_end end)
{
    static const struct {
        const char *sqlstate; /* Or the class. */
        enum store_status status;
    } statuses[] = {
        {"57014", STORE_BUSY},    {"55P03", STORE_BUSY},    {"40", STORE_BUSY},
        {"53100", STORE_FULL},    {"53", STORE_SHORTAGE},   {"42501", STORE_DENIED},
        {"XX001", STORE_DAMAGED}, {"XX002", STORE_DAMAGED},
    };
    if (end != TRIP_FAILED)
        return end == TRIP_DONE ? STORE_OK : STORE_UNREACHABLE;
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        const char *sqlstate = statuses[i].sqlstate;
        if (strncmp(trip->sqlstate, sqlstate, strlen(sqlstate)) == 0)
            return statuses[i].status;
    }
    return STORE_BROKEN;
}

enum store_status database_status_by(enum store_status status, struct deadline deadline)
{
    return status == STORE_BUSY && deadline_passed(deadline) ? STORE_EXPIRED : status;
}
