// SPDX-License-Identifier: MIT
#include "plugin/store/tenants/database_table.h"

#include <stdlib.h>

struct store *database_store(const struct database *database)
{
    return database->store;
}

struct lease *database_lease(struct database *database)
{
    return &database->lease;
}

struct text database_organization(const struct database *database)
{
    return tenant_id_text(&database->id);
}

/* ---- The table ---- */

static struct database **bucket_of(struct databases *databases, uint32_t tag)
{
    return &databases->buckets[tag % DATABASE_BUCKETS];
}

struct database *table_find(struct databases *databases, uint32_t tag, struct text id)
{
    struct database *each = *bucket_of(databases, tag);
    while (each != NULL && !(each->tag == tag && text_equal(database_organization(each), id)))
        each = each->next;
    return each;
}

void table_remove(struct databases *databases, struct database *database)
{
    struct database **link = bucket_of(databases, database->tag);
    while (*link != database)
        link = &(*link)->next;
    *link = database->next;
    databases->count--;
    free(database);
}

void table_unlink_age(struct databases *databases, struct database *database)
{
    *(database->newer == NULL ? &databases->newest : &database->newer->older) = database->older;
    *(database->older == NULL ? &databases->oldest : &database->older->newer) = database->newer;
}

void table_make_newest(struct databases *databases, struct database *database)
{
    database->newer = NULL;
    database->older = databases->newest;
    *(databases->newest == NULL ? &databases->oldest : &databases->newest->newer) = database;
    databases->newest = database;
}

struct database *table_add(struct databases *databases, uint32_t tag, struct text id)
{
    struct database *database = calloc(1, sizeof *database);
    if (database == NULL)
        return NULL;
    database->databases = databases;
    database->lease.file = -1;
    database->tag = tag;
    tenant_id_set(&database->id, id);
    waiting_init(&database->waiting);
    database->next = *bucket_of(databases, tag);
    *bucket_of(databases, tag) = database;
    databases->count++;
    return database;
}

void table_enter(struct databases *databases, struct database *database)
{
    database->inside++;
    if (databases->newest == database)
        return;
    table_unlink_age(databases, database);
    table_make_newest(databases, database);
}
