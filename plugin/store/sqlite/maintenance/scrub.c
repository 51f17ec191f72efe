// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/maintenance/scrub.h"

#include <stdlib.h>
#include <time.h>

#include "plugin/base/deadline.h"
#include "plugin/base/failure.h"
#include "plugin/store/sqlite/maintenance/page_scrub.h"
#include "plugin/store/sqlite/mark.h"

enum {
    PAGES_PER_STEP = 1024,
    PATIENCE_MILLISECONDS = 5000,
    PAUSE_MILLISECONDS = 5,
    /* Changes of gateways wait as long, while the log is to be emptied. */
    EMPTYING_MILLISECONDS = 50,
    LARGEST_PAGE = 65536,
    PAGE_SIZE_PLACE = 16,
    RESERVED_PLACE = 20,
    FREELIST_PLACE = 32,
};

/* What the free pages of a step are. */
enum page_use { PAGE_USED, PAGE_FREE, PAGE_TRUNK };

struct run {
    const struct scrub *scrub;
    struct database_access *access; /* Keeps others from writing. */
    struct connection copier;       /* Copies the log meanwhile. */
    sqlite3_file *file;             /* Of the copier. */
    sqlite3_io_methods methods;     /* Those of the file, but for one. */
    const sqlite3_io_methods *own;
    size_t page_size, usable;
    uint32_t pages, next; /* From 1. */
    bool reached;         /* This step's pages were overwritten. */
    uint8_t page[LARGEST_PAGE];
    uint8_t uses[PAGES_PER_STEP];
};

/* A method of a file gets nothing but the file. */
static _Thread_local struct run *running;

static int read_page(struct run *run, uint32_t number)
{
    return run->own->xRead(run->file, run->page, (int)run->page_size,
                           (sqlite3_int64)(number - 1) * (sqlite3_int64)run->page_size);
}

static int write_page(struct run *run, uint32_t number)
{
    return run->own->xWrite(run->file, run->page, (int)run->page_size,
                            (sqlite3_int64)(number - 1) * (sqlite3_int64)run->page_size);
}

/* ---- The pages of a step ---- */

static void note_use(struct run *run, uint32_t number, enum page_use use)
{
    if (number >= run->next && number - run->next < PAGES_PER_STEP)
        run->uses[number - run->next] = (uint8_t)use;
}

/* Looks through the whole freelist. A list that is damaged ends. */
static int find_free(struct run *run)
{
    memset(run->uses, PAGE_USED, sizeof run->uses);
    int code = read_page(run, 1);
    uint32_t trunk = page_number_at(run->page + FREELIST_PLACE);
    for (uint32_t seen = 0;
         code == SQLITE_OK && trunk > 1 && trunk <= run->pages && seen < run->pages; seen++) {
        note_use(run, trunk, PAGE_TRUNK);
        code = read_page(run, trunk);
        const uint32_t count = page_number_at(run->page + 4);
        for (uint32_t i = 0; i < count && 4 * i + 12 <= run->usable; i++)
            note_use(run, page_number_at(run->page + 8 + (size_t)4 * i), PAGE_FREE);
        trunk = page_number_at(run->page);
    }
    return code;
}

static bool overwrite(struct run *run, uint32_t number)
{
    switch ((enum page_use)run->uses[number - run->next]) {
    case PAGE_FREE:
        return page_scrub_free(run->page, run->usable);
    case PAGE_TRUNK:
        return page_scrub_trunk(run->page, run->usable);
    case PAGE_USED:
        break;
    }
    return page_scrub(run->page, run->usable, number == 1 ? PAGE_FILE_HEADER_SIZE : 0);
}

static int overwrite_some(struct run *run)
{
    int code = find_free(run);
    for (uint32_t i = 0; i < PAGES_PER_STEP && run->next + i <= run->pages && code == SQLITE_OK;
         i++) {
        code = read_page(run, run->next + i);
        if (code == SQLITE_OK && overwrite(run, run->next + i))
            code = write_page(run, run->next + i);
    }
    run->reached = code == SQLITE_OK;
    return code;
}

/* As the checkpoint knows it, which has copied the whole log. */
static int measure(struct run *run)
{
    sqlite3_int64 size;
    int code = run->own->xFileSize(run->file, &size);
    if (code == SQLITE_OK)
        code = run->own->xRead(run->file, run->page, PAGE_FILE_HEADER_SIZE, 0);
    const size_t stated = (size_t)run->page[PAGE_SIZE_PLACE] << 8 | run->page[PAGE_SIZE_PLACE + 1];
    run->page_size = stated == 1 ? LARGEST_PAGE : stated;
    if (code != SQLITE_OK || run->page_size < 512)
        return code == SQLITE_OK ? SQLITE_CORRUPT : code;
    run->usable = run->page_size - run->page[RESERVED_PLACE];
    const sqlite3_int64 pages = size / (sqlite3_int64)run->page_size;
    run->pages = pages < PAGE_SCRUB_LIMIT ? (uint32_t)pages : PAGE_SCRUB_LIMIT;
    return SQLITE_OK;
}

/* Called once the whole log is in the file, and only then. */
static int sync_overwritten(sqlite3_file *file, int flags)
{
    int code = measure(running);
    if (code == SQLITE_OK && running->pages < PAGE_SCRUB_LIMIT)
        code = overwrite_some(running);
    return code == SQLITE_OK ? running->own->xSync(file, flags) : code;
}

static int checkpoint(struct run *run)
{
    run->reached = false;
    running = run;
    run->file->pMethods = &run->methods;
    const int code = sqlite3_wal_checkpoint_v2(run->copier.handle, NULL, SQLITE_CHECKPOINT_PASSIVE,
                                               NULL, NULL);
    run->file->pMethods = run->own;
    return (code & 0xff) == SQLITE_BUSY ? SQLITE_OK : code;
}

/* ---- Steps ---- */

static void pause_for_others(void)
{
    nanosleep(&(struct timespec){.tv_nsec = PAUSE_MILLISECONDS * 1000000}, NULL);
}

/* The commit is what the next step has to copy. */
static int32_t take_step(struct run *run, gql_failure *failure)
{
    struct connection *connection = &run->access->connection;
    int32_t result = database_access_begin(run->access, STATEMENT_BEGIN_WRITE, failure);
    if (result != GQL_OK)
        return result;
    int code = checkpoint(run);
    sqlite3_db_release_memory(connection->handle); /* Pages as they were before. */
    if (code != SQLITE_OK)
        result = connection_fail_with(&run->copier, code, "overwriting", failure);
    else if ((code = mark_advance(connection)) != SQLITE_OK ||
             (code = connection_end(connection, STATEMENT_COMMIT)) != SQLITE_OK)
        result = connection_fail_with(connection, code, "committing", failure);
    database_access_rollback(run->access);
    return result;
}

static int32_t take_steps(struct run *run, enum scrub_result *ret_result, gql_failure *failure)
{
    int32_t code = GQL_OK;
    const struct scrub *scrub = run->scrub;
    uint64_t until = monotonic_now() + PATIENCE_MILLISECONDS * UINT64_C(1000000);
    *ret_result = SCRUB_DONE;
    while (code == GQL_OK && run->next <= run->pages && *ret_result == SCRUB_DONE) {
        code = take_step(run, failure);
        if (run->reached) {
            run->next += PAGES_PER_STEP;
            until = monotonic_now() + PATIENCE_MILLISECONDS * UINT64_C(1000000);
            scrub->advanced(scrub->user, run->next, run->pages);
        }
        if (run->pages >= PAGE_SCRUB_LIMIT)
            *ret_result = SCRUB_HUGE;
        else if (!run->reached && monotonic_now() >= until)
            *ret_result = SCRUB_HELD;
        pause_for_others();
    }
    return code;
}

/* Also what the log holds behind its end, of before. */
static int32_t empty_log(struct database_access *access, enum scrub_result *ret_result,
                         gql_failure *failure)
{
    sqlite3 *handle = access->connection.handle;
    const uint64_t until = monotonic_now() + PATIENCE_MILLISECONDS * UINT64_C(1000000);
    int code = SQLITE_BUSY;
    sqlite3_busy_timeout(handle, EMPTYING_MILLISECONDS);
    while ((code & 0xff) == SQLITE_BUSY && monotonic_now() < until) {
        code = sqlite3_wal_checkpoint_v2(handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
        if ((code & 0xff) == SQLITE_BUSY)
            pause_for_others();
    }
    sqlite3_busy_timeout(handle, 0);
    if ((code & 0xff) == SQLITE_BUSY)
        *ret_result = SCRUB_HELD;
    return code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY
               ? GQL_OK
               : connection_fail_with(&access->connection, code, "emptying the log", failure);
}

static int open_copier(struct run *run)
{
    int code = connection_open(&run->copier, &run->access->options, CONNECTION_WRITER);
    if (code == SQLITE_OK) /* A checkpoint needs a log that is open. */
        code = connection_run(&run->copier, STATEMENT_LOCK_READ);
    if (code == SQLITE_OK)
        code = sqlite3_file_control(run->copier.handle, "main", SQLITE_FCNTL_FILE_POINTER,
                                    &run->file);
    if (code != SQLITE_OK)
        return code;
    run->own = run->file->pMethods;
    run->methods = *run->own;
    run->methods.xSync = sync_overwritten;
    return SQLITE_OK;
}

int32_t scrub_run(const struct scrub *scrub, struct database_access *access,
                  enum scrub_result *ret_result, gql_failure *failure)
{
    struct run *run = calloc(1, sizeof *run);
    if (run == NULL)
        return fail_no_memory(failure);
    run->scrub = scrub;
    run->access = access;
    run->next = run->pages = 1; /* The first step finds out how many there are. */
    const int opened = open_copier(run);
    int32_t code = opened == SQLITE_OK
                       ? take_steps(run, ret_result, failure)
                       : connection_fail_with(&run->copier, opened, "opening", failure);
    connection_close(&run->copier);
    free(run);
    if (code == GQL_OK && *ret_result != SCRUB_HELD)
        code = empty_log(access, ret_result, failure);
    return code;
}
