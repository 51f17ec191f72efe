// SPDX-License-Identifier: MIT
#include "tests/bench/postgres/bare.h"

#include <libpq-fe.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin/store/postgres/wire.h"
#include "tests/bench/measure.h"

enum { PIPELINE = 64, BARE_TAG = 7, HASH_SIZE = 32 };

static const struct statement {
    const char *name;
    const char *sql;
} statements[] = {
    {"get", "SELECT id, organization, version, is_active, title, credential_ref FROM integration "
            "WHERE tag = $1 AND id = $2"},
    {"page", "SELECT id, version, is_active, title, credential_ref FROM integration "
             "WHERE tag = $1 AND organization = $2 ORDER BY sort_key, id LIMIT 100"},
    {"begin", "BEGIN"},
    {"add", "INSERT INTO integration (tag, id, organization, version, is_active, title, sort_key) "
            "SELECT $1, id, 'bare', 1, true, $3, $4 FROM unnest($2::bytea[]) AS new (id)"},
    {"record", "INSERT INTO event (tag, organization, sequence, entity, salt, digest, hash, body) "
               "SELECT $1, 'bare', $3 + place, id, $4, $5, $5, $6 "
               "FROM unnest($2::bytea[]) WITH ORDINALITY AS new (id, place)"},
    {"count", "UPDATE organization SET active = active + $2, trail_length = trail_length + $2, "
              "trail_hash = $3 WHERE tag = $1 AND id = 'bare'"},
    {"commit", "COMMIT"},
};

struct bare {
    PGconn *handle;
    const struct identifier *ids;
    uint32_t id_count;
    uint64_t random;
    int32_t tag_of_pages;
    char body[2048]; /* As the plugin's events have. */
    char title[64], sort_key[256];
    size_t sort_key_size;
    int64_t sequence;
    volatile int64_t sum; /* Keeps the compiler from dropping a read. */
};

static void must(const struct bare *bare, bool good)
{
    if (good)
        return;
    fprintf(stderr, "bench: %s\n", PQerrorMessage(bare->handle));
    exit(1);
}

struct bare *bare_open(const char *url)
{
    struct bare *bare = calloc(1, sizeof *bare);
    bare->handle = PQconnectdb(url);
    bare->random = 1;
    must(bare, PQstatus(bare->handle) == CONNECTION_OK);
    return bare;
}

void bare_close(struct bare *bare)
{
    PQfinish(bare->handle);
    free(bare);
}

static PGresult *query(struct bare *bare, const char *sql)
{
    PGresult *result = PQexecParams(bare->handle, sql, 0, NULL, NULL, NULL, NULL, 1);
    const ExecStatusType status = PQresultStatus(result);
    must(bare, status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK);
    return result;
}

void bare_execute(struct bare *bare, const char *sql)
{
    PQclear(query(bare, sql));
}

struct identifier *bare_ids(struct bare *bare, int *ret_count)
{
    PGresult *result = query(bare, "SELECT id FROM integration ORDER BY id");
    const int count = PQntuples(result);
    struct identifier *ids = calloc((size_t)count + 1, sizeof *ids);
    for (int i = 0; i < count; i++)
        memcpy(ids[i].bytes, PQgetvalue(result, i, 0), IDENTIFIER_SIZE);
    PQclear(result);
    *ret_count = count;
    return ids;
}

void bare_use(struct bare *bare, const struct identifier *ids, int count)
{
    bare->ids = ids;
    bare->id_count = (uint32_t)count;
}

static void take_sample(struct bare *bare)
{
    PGresult *result = query(bare,
                             "SELECT i.tag, i.title, i.sort_key, e.body FROM integration AS i "
                             "JOIN event AS e ON e.tag = i.tag AND e.entity = i.id "
                             "WHERE i.organization = 'org-1' LIMIT 1");
    must(bare, PQntuples(result) == 1);
    uint32_t tag;
    memcpy(&tag, PQgetvalue(result, 0, 0), sizeof tag);
    bare->tag_of_pages = (int32_t)__builtin_bswap32(tag);
    snprintf(bare->title, sizeof bare->title, "%.*s", PQgetlength(result, 0, 1),
             PQgetvalue(result, 0, 1));
    bare->sort_key_size = (size_t)PQgetlength(result, 0, 2);
    must(bare, bare->sort_key_size <= sizeof bare->sort_key);
    memcpy(bare->sort_key, PQgetvalue(result, 0, 2), bare->sort_key_size);
    snprintf(bare->body, sizeof bare->body, "%s", PQgetvalue(result, 0, 3));
    PQclear(result);
}

void bare_prepare(struct bare *bare)
{
    bare_execute(bare, "INSERT INTO organization (tag, id) VALUES (7, 'bare')");
    take_sample(bare);
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
        PGresult *result = PQprepare(bare->handle, statements[i].name, statements[i].sql, 0, NULL);
        must(bare, PQresultStatus(result) == PGRES_COMMAND_OK);
        PQclear(result);
    }
    must(bare, PQenterPipelineMode(bare->handle) == 1);
}

/* ---- Pipelines: what is sent up to a sync, and its results ---- */

static void send(struct bare *bare, const char *name, const struct wire_parameters *given)
{
    static const int binary[WIRE_PARAMETERS] = {1, 1, 1, 1, 1, 1, 1, 1};
    must(bare, PQsendQueryPrepared(bare->handle, name, given->count, given->values, given->sizes,
                                   binary, 1) == 1);
}

static void read_rows(struct bare *bare, const PGresult *result)
{
    for (int row = 0; row < PQntuples(result); row++) {
        for (int column = 0; column < PQnfields(result); column++)
            bare->sum += PQgetlength(result, row, column) + *PQgetvalue(result, row, column);
    }
}

static void receive(struct bare *bare, int count)
{
    must(bare, PQpipelineSync(bare->handle) == 1);
    for (int i = 0; i <= count; i++) {
        PGresult *result = PQgetResult(bare->handle);
        const ExecStatusType status = PQresultStatus(result);
        must(bare, status == (i == count ? PGRES_PIPELINE_SYNC : PGRES_TUPLES_OK) ||
                       (i < count && status == PGRES_COMMAND_OK));
        read_rows(bare, result);
        PQclear(result);
        if (i < count)
            must(bare, PQgetResult(bare->handle) == NULL);
    }
}

void bare_gets(void *context, int count)
{
    struct bare *bare = context;
    for (int done = 0; done < count; done += PIPELINE) {
        for (int i = 0; i < PIPELINE; i++) {
            const struct identifier *id = &bare->ids[bench_random(&bare->random, bare->id_count)];
            struct wire_parameters given = {0};
            wire_give_integer(&given, (int32_t)identifier_tag(id));
            wire_give_identifier(&given, id);
            send(bare, "get", &given);
        }
        receive(bare, PIPELINE);
    }
}

void bare_pages(void *context, int count)
{
    struct bare *bare = context;
    for (int i = 0; i < count; i++) {
        struct wire_parameters given = {0};
        wire_give_integer(&given, bare->tag_of_pages);
        wire_give(&given, "org-1", 5);
        send(bare, "page", &given);
        receive(bare, 1);
    }
}

/* ---- Creates: integrations, their events, and the organization's counters ---- */

static void send_rows(struct bare *bare, struct wire_array *ids)
{
    struct wire_parameters given = {0};
    wire_give_integer(&given, BARE_TAG);
    wire_give_array(&given, ids);
    wire_give(&given, bare->title, strlen(bare->title));
    wire_give(&given, bare->sort_key, bare->sort_key_size);
    send(bare, "add", &given);
}

static void send_events(struct bare *bare, struct wire_array *ids, const uint8_t hash[HASH_SIZE])
{
    struct wire_parameters given = {0};
    wire_give_integer(&given, BARE_TAG);
    wire_give_array(&given, ids);
    wire_give_bigint(&given, bare->sequence);
    wire_give(&given, hash, IDENTIFIER_SIZE);
    wire_give(&given, hash, HASH_SIZE);
    wire_give(&given, bare->body, strlen(bare->body));
    send(bare, "record", &given);
}

static void send_counters(struct bare *bare, int count, const uint8_t hash[HASH_SIZE])
{
    struct wire_parameters given = {0};
    wire_give_integer(&given, BARE_TAG);
    wire_give_bigint(&given, count);
    wire_give(&given, hash, HASH_SIZE);
    send(bare, "count", &given);
}

static void commit(struct bare *bare, int size)
{
    uint8_t hash[HASH_SIZE];
    const struct wire_parameters none = {0};
    WIRE_ARRAY_AUTO ids;
    wire_array_init(&ids, WIRE_BYTEA);
    randombytes_buf(hash, sizeof hash);
    for (int i = 0; i < size; i++) {
        struct identifier id;
        randombytes_buf(&id, sizeof id);
        wire_array_add(&ids, id.bytes, IDENTIFIER_SIZE);
    }
    send(bare, "begin", &none);
    send_rows(bare, &ids);
    send_events(bare, &ids, hash);
    send_counters(bare, size, hash);
    send(bare, "commit", &none);
    receive(bare, 5);
    bare->sequence += size;
}

static void commit_by(struct bare *bare, int count, int size)
{
    for (int done = 0; done < count; done += size)
        commit(bare, size);
}

void bare_commits(void *context, int count)
{
    commit_by(context, count, 1);
}

void bare_batches(void *context, int count)
{
    commit_by(context, count, 64);
}

void bare_large(void *context, int count)
{
    commit_by(context, count, 256);
}
