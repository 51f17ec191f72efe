// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/wal_index.h"

#include <endian.h>
#include <stddef.h>
#include <string.h>

/* The first block of the index, in the byte order of the machine. */
struct wal_index {
    uint64_t header[6];       /* 48 bytes, with iChange and the checksums. */
    uint64_t header_again[6]; /* With it SQLite notices a write during its read. */
    /* nBackfill: the number of frames that were checkpointed. */
    uint32_t backfilled;
    uint32_t read_marks[5];
    uint8_t locks[8];
    /* nBackfillAttempted: where the last checkpoint wanted to get. */
    uint32_t attempted;
};

enum {
    BLOCK_SIZE = 32768,
    VERSION_PLACE = 0,   /* In 32-bit words: iVersion. */
    CHANGE_PLACE = 2,    /* iChange, which recovery sets to 0 and each commit increments. */
    PAGE_SIZE_PLACE = 3, /* The upper half: szPage, in which 1 stands for 65536. */
    FRAMES_PLACE = 4,    /* mxFrame */
    PAGES_PLACE = 5,     /* nPage */
    SALT_PLACE = 8,      /* aSalt[0], big-endian: each reset of the log increments it. */
    KNOWN_VERSION = 3007000,
    LOG_HEADER_SIZE = 32,
    FRAME_HEADER_SIZE = 24,
    /* SQLite checkpoints from 1000 frames on (wal_autocheckpoint). */
    FRAMES_AT_REST = 500,
};

_Static_assert(offsetof(struct wal_index, backfilled) == 96, "as the file format says");
_Static_assert(offsetof(struct wal_index, attempted) == 128, "as the file format says");

/*
 * Other threads and processes write meanwhile. A torn state differs from the former one, which is
 * all that matters.
 */
static uint64_t load(const uint64_t *word)
{
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static uint32_t half_of(const struct wal_state *state, int place)
{
    uint32_t halves[12];
    memcpy(halves, state->words, sizeof halves);
    return halves[place];
}

struct wal_state wal_index_state(const struct wal_index *index)
{
    struct wal_state state;
    for (int i = 0; i < 6; i++)
        state.words[i] = load(&index->header[i]);
    return state;
}

/* Asking for the index of a database without a log would create one. */
static bool has_log(struct connection *connection)
{
    sqlite3_stmt *statement = connection_statement(connection, STATEMENT_GET_JOURNAL_MODE);
    const bool has = statement != NULL && sqlite3_step(statement) == SQLITE_ROW &&
                     text_equal(column_text(statement, 0), TEXT("wal"));
    sqlite3_reset(statement);
    return has;
}

/*
 * SQLite opens the log of a new database with the first read. Only a connection with an open log
 * unmaps the index when it is closed.
 */
static bool open_log(struct connection *connection)
{
    return sqlite3_exec(connection->handle, "PRAGMA schema_version", NULL, NULL, NULL) == SQLITE_OK;
}

/* The database file, or NULL if its VFS has no shared memory. */
static sqlite3_file *file_of(const struct connection *connection)
{
    sqlite3_file *file = NULL;
    if (sqlite3_file_control(connection->handle, "main", SQLITE_FCNTL_FILE_POINTER, &file) !=
            SQLITE_OK ||
        file == NULL)
        return NULL;
    const sqlite3_io_methods *methods = file->pMethods;
    return methods != NULL && methods->iVersion >= 2 && methods->xShmMap != NULL ? file : NULL;
}

const struct wal_index *wal_index_of(struct connection *connection)
{
    volatile void *block = NULL;
    if (connection->index != NULL)
        return connection->index;
    sqlite3_file *file = has_log(connection) && open_log(connection) ? file_of(connection) : NULL;
    if (file == NULL || file->pMethods->xShmMap(file, 0, BLOCK_SIZE, 0, &block) != SQLITE_OK ||
        block == NULL)
        return NULL;
    const struct wal_index *index = (const struct wal_index *)(uintptr_t)block;
    const struct wal_state state = wal_index_state(index);
    if (half_of(&state, VERSION_PLACE) == KNOWN_VERSION)
        connection->index = index;
    return connection->index;
}

bool wal_index_is(const struct wal_index *index, const struct wal_state *state)
{
    bool same = true;
    for (int i = 0; i < 6 && same; i++)
        same = load(&index->header[i]) == state->words[i];
    return same;
}

static uint32_t salt_of(const struct wal_state *state)
{
    return be32toh(half_of(state, SALT_PLACE));
}

bool wal_state_is_kept(const struct wal_state *before, const struct wal_state *now)
{
    const bool reset = half_of(now, FRAMES_PLACE) == 0 &&
                       half_of(now, CHANGE_PLACE) == half_of(before, CHANGE_PLACE) &&
                       salt_of(now) == salt_of(before) + 1;
    return reset || memcmp(before, now, sizeof *now) == 0;
}

uint32_t wal_state_changes(const struct wal_state *state)
{
    return half_of(state, CHANGE_PLACE);
}

uint32_t wal_index_frames(const struct wal_index *index)
{
    const struct wal_state state = wal_index_state(index);
    return half_of(&state, FRAMES_PLACE);
}

bool wal_index_was_recovered(const struct wal_index *index)
{
    const struct wal_state state = wal_index_state(index);
    return half_of(&state, CHANGE_PLACE) == 0 && half_of(&state, FRAMES_PLACE) != 0;
}

bool wal_index_is_at_rest(const struct wal_index *index)
{
    const uint32_t frames = wal_index_frames(index);
    return frames < FRAMES_AT_REST ||
           __atomic_load_n(&index->backfilled, __ATOMIC_ACQUIRE) == frames;
}

bool wal_index_rest(const struct wal_index *index, struct wal_rest *ret_rest)
{
    const uint32_t backfilled = __atomic_load_n(&index->backfilled, __ATOMIC_ACQUIRE);
    *ret_rest = (struct wal_rest){wal_index_state(index), backfilled};
    return __atomic_load_n(&index->attempted, __ATOMIC_ACQUIRE) == backfilled;
}

static int64_t page_size_of(const struct wal_state *state)
{
    uint16_t size[2];
    const uint32_t sizes = half_of(state, PAGE_SIZE_PLACE);
    memcpy(size, &sizes, sizeof size);
    return size[1] == 1 ? 65536 : size[1];
}

/* Both copies must show it: a writer changes the second one first. */
int64_t wal_index_log_size(const struct wal_index *index, const struct wal_state *state)
{
    const int64_t frames = half_of(state, FRAMES_PLACE);
    bool same = wal_index_is(index, state);
    for (int i = 0; i < 6 && same; i++)
        same = load(&index->header_again[i]) == state->words[i];
    return same && frames > 0 ? LOG_HEADER_SIZE + frames * (FRAME_HEADER_SIZE + page_size_of(state))
                              : 0;
}

int64_t wal_rest_database_size(const struct wal_rest *rest)
{
    return half_of(&rest->state, FRAMES_PLACE) == rest->backfilled
               ? page_size_of(&rest->state) * half_of(&rest->state, PAGES_PLACE)
               : 0;
}
