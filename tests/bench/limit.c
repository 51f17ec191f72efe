// SPDX-License-Identifier: MIT
#include "tests/bench/limit.h"

#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/base/identifier.h"
#include "tests/bench/measure.h"

enum { GET, PAGE, INSERT, BEGIN, COMMIT, STATEMENTS, TOKEN_SIZE = 360 };

static const char *const sql[STATEMENTS] = {
    [GET] = "SELECT i.id, i.version, i.is_active, i.title, i.credential_ref, o.id FROM integration "
            "AS i "
            "JOIN organization AS o ON o.key = i.organization WHERE i.id = ?1",
    [PAGE] = "SELECT id, version, is_active, title, credential_ref FROM integration INDEXED BY "
             "integration_by_title "
             "WHERE organization = 1 ORDER BY sort_key, id LIMIT 100",
    [INSERT] = "INSERT INTO integration (id, organization, version, is_active, title, sort_key, "
               "credential_ref) "
               "VALUES (randomblob(16), 2, 1, 1, ?1, ?2, ?3)",
    [BEGIN] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
};

struct limit {
    sqlite3 *handle;
    sqlite3_stmt *statements[STATEMENTS];
    const struct identifier *ids;
    uint32_t id_count;
    uint64_t random;
    volatile int64_t sum; /* Keeps the compiler from dropping a read. */
};

struct limit *limit_open(const char *path, const struct identifier *ids, int id_count)
{
    struct limit *limit = calloc(1, sizeof *limit);
    *limit = (struct limit){.ids = ids, .id_count = (uint32_t)id_count, .random = 1};
    int code = sqlite3_open_v2(path, &limit->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                               NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(
            limit->handle,
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; "
            "PRAGMA mmap_size = 2147483648; PRAGMA busy_timeout = 10000",
            NULL, NULL, NULL);
    for (int i = 0; i < STATEMENTS && code == SQLITE_OK; i++)
        code = sqlite3_prepare_v3(limit->handle, sql[i], -1, SQLITE_PREPARE_PERSISTENT,
                                  &limit->statements[i], NULL);
    if (code == SQLITE_OK)
        return limit;
    fprintf(stderr, "bench: %s\n", sqlite3_errmsg(limit->handle));
    exit(1);
}

void limit_close(struct limit *limit)
{
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(limit->statements[i]);
    sqlite3_close(limit->handle);
    free(limit);
}

static void read_row(struct limit *limit, sqlite3_stmt *statement)
{
    limit->sum += *(const char *)sqlite3_column_blob(statement, 0) +
                  sqlite3_column_int(statement, 1) + sqlite3_column_int(statement, 2) +
                  *sqlite3_column_text(statement, 3) + sqlite3_column_bytes(statement, 3) +
                  *sqlite3_column_text(statement, 4) + sqlite3_column_bytes(statement, 4);
}

void limit_get(void *context, int count)
{
    struct limit *limit = context;
    sqlite3_stmt *statement = limit->statements[GET];
    for (int i = 0; i < count; i++) {
        sqlite3_bind_blob(statement, 1,
                          limit->ids[bench_random(&limit->random, limit->id_count)].bytes,
                          IDENTIFIER_SIZE, SQLITE_STATIC);
        if (sqlite3_step(statement) != SQLITE_ROW)
            exit(1);
        read_row(limit, statement);
        limit->sum += *sqlite3_column_text(statement, 5);
        sqlite3_reset(statement);
    }
}

void limit_page(void *context, int count)
{
    struct limit *limit = context;
    sqlite3_stmt *statement = limit->statements[PAGE];
    for (int i = 0; i < count; i++) {
        while (sqlite3_step(statement) == SQLITE_ROW)
            read_row(limit, statement);
        sqlite3_reset(statement);
    }
}

static void run(struct limit *limit, int which)
{
    if (sqlite3_step(limit->statements[which]) != SQLITE_DONE) {
        fprintf(stderr, "bench: %s\n", sqlite3_errmsg(limit->handle));
        exit(1);
    }
    sqlite3_reset(limit->statements[which]);
}

static void insert(struct limit *limit)
{
    static char token[TOKEN_SIZE];
    uint8_t key[24];
    if (token[0] == '\0')
        memset(token, 'x', sizeof token);
    for (size_t i = 0; i < sizeof key; i++)
        key[i] = (uint8_t)bench_random(&limit->random, 250);
    sqlite3_bind_text(limit->statements[INSERT], 1, "Connector of the bench", -1, SQLITE_STATIC);
    sqlite3_bind_blob(limit->statements[INSERT], 2, key, sizeof key, SQLITE_STATIC);
    sqlite3_bind_text(limit->statements[INSERT], 3, token, sizeof token, SQLITE_STATIC);
    run(limit, INSERT);
}

static void commit_by(struct limit *limit, int count, int size)
{
    for (int done = 0; done < count;) {
        run(limit, BEGIN);
        for (int i = 0; i < size && done < count; i++, done++)
            insert(limit);
        run(limit, COMMIT);
    }
}

void limit_commit(void *context, int count)
{
    commit_by(context, count, 1);
}

void limit_commit_64(void *context, int count)
{
    commit_by(context, count, 64);
}

void limit_verify(void *context, int count)
{
    static unsigned char public_key[32], secret_key[64], signature[64], message[TOKEN_SIZE];
    (void)context;
    if (public_key[0] == 0) {
        crypto_sign_keypair(public_key, secret_key);
        crypto_sign_detached(signature, NULL, message, sizeof message, secret_key);
    }
    for (int i = 0; i < count; i++) {
        if (crypto_sign_verify_detached(signature, message, sizeof message, public_key) != 0)
            exit(1);
    }
}

void limit_verify_and_commit(void *context, int count)
{
    for (int i = 0; i < count; i++) {
        limit_verify(NULL, 1);
        commit_by(context, 1, 1);
    }
}
