// SPDX-License-Identifier: MIT
/* The entries of a pool: a tree, and lists of jobs, idle and failed ones. */
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "abi/host/pool/pool.h"

bool pool_is_key(const char *bytes, size_t size)
{
    return bytes != NULL && size > 0 && size <= GQL_POOL_KEY_SIZE;
}

static int compare(const void *a, const void *b)
{
    const struct pool_key *left = a;
    const struct pool_key *right = b;
    const size_t common = left->size < right->size ? left->size : right->size;
    const int order = memcmp(left->bytes, right->bytes, common);
    return order != 0 ? order : (left->size > right->size) - (left->size < right->size);
}

struct pool_entry *pool_find(gql_pool *pool, const struct pool_key *key)
{
    struct pool_entry *const *node = tfind(key, &pool->tree, compare);
    return node == NULL ? NULL : *node;
}

struct pool_entry *pool_add(gql_pool *pool, const struct pool_key *key)
{
    struct pool_entry *entry = calloc(1, sizeof *entry + key->size + 1);
    if (entry == NULL)
        return NULL;
    memcpy(entry->bytes, key->bytes, key->size);
    entry->key = (struct pool_key){entry->bytes, key->size};
    entry->pool = pool;
    if (tsearch(&entry->key, &pool->tree, compare) != NULL)
        return entry;
    free(entry);
    return NULL;
}

struct visitor {
    void (*visit)(struct pool_entry *entry, void *user);
    void *user;
};

static void visit_node(const void *node, VISIT visit, void *closure)
{
    const struct visitor *visitor = closure;
    if (visit == postorder || visit == leaf) /* In between its two subtrees. */
        visitor->visit(*(struct pool_entry *const *)node, visitor->user);
}

void pool_each(gql_pool *pool, void (*visit)(struct pool_entry *entry, void *user), void *user)
{
    struct visitor visitor = {visit, user};
    twalk_r(pool->tree, visit_node, &visitor);
}

void pool_config_finish(struct pool_config *config)
{
    free(config->text);
    *config = (struct pool_config){0};
}

static void free_entry(void *data)
{
    struct pool_entry *entry = data;
    pool_config_finish(&entry->config);
    free(entry->failure);
    free(entry);
}

static void forget(struct pool_entry *entry)
{
    pool_list_remove(entry);
    tdelete(&entry->key, &entry->pool->tree, compare);
    free_entry(entry);
}

void pool_rest(struct pool_entry *entry)
{
    struct pool_list *failed = &entry->pool->failed;
    if (entry->phase != POOL_EMPTY || entry->suspended)
        return;
    if (entry->failures == 0) {
        forget(entry);
        return;
    }
    pool_list_remove(entry);
    pool_list_append(failed, entry);
    if (failed->count > POOL_MAX_FAILED)
        forget(failed->first);
}

void pool_forget_all(gql_pool *pool)
{
    tdestroy(pool->tree, free_entry);
    pool->tree = NULL;
}

/* ---- Lists ---- */

void pool_list_append(struct pool_list *list, struct pool_entry *entry)
{
    entry->list = list;
    entry->previous = list->last;
    entry->next = NULL;
    *(list->last == NULL ? &list->first : &list->last->next) = entry;
    list->last = entry;
    list->count++;
}

void pool_list_remove(struct pool_entry *entry)
{
    struct pool_list *list = entry->list;
    if (list == NULL)
        return;
    *(entry->previous == NULL ? &list->first : &entry->previous->next) = entry->next;
    *(entry->next == NULL ? &list->last : &entry->next->previous) = entry->previous;
    list->count--;
    entry->list = NULL;
}
