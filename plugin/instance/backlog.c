// SPDX-License-Identifier: MIT
#include "plugin/instance/backlog.h"

#include <search.h>
#include <stdlib.h>

#include "plugin/base/limits.h"
#include "plugin/instance/version_table.h"
#include "plugin/store/store.h"

/*
 * What may be found by nobody's note: events of a gateway that ended before it delivered them, and
 * leases that have run out.
 */
enum { SURVEY_MILLISECONDS = 30 * 1000 };

struct consumer {
    struct consumer *next;
    char name[CONSUMER_NAME_MAX];
    size_t name_size;
    /* In the order of their coming, each once: the tree has the same items, by ID. */
    struct backlog_item *first, **last;
    void *tree;
    struct version_table settled; /* At which version of an organization there was nothing. */
    bool doubted;                 /* It needs a survey after the present one. */
    bool surveying;               /* Steps are to be done from `place` on. */
    int64_t place;
    int64_t surveyed_at; /* When the last one ended. */
    int64_t remind_at;   /* 0: never. */
};

void backlog_init(struct backlog *backlog)
{
    pthread_mutex_init(&backlog->lock, NULL);
    organization_key_init(&backlog->key);
}

static void keep_item(void *item)
{
    (void)item;
}

static void destroy_consumer(struct consumer *consumer)
{
    tdestroy(consumer->tree, keep_item);
    while (consumer->first != NULL) {
        struct backlog_item *item = consumer->first;
        consumer->first = item->next;
        free(item);
    }
    version_table_finish(&consumer->settled);
    free(consumer);
}

void backlog_finish(struct backlog *backlog)
{
    while (backlog->consumers != NULL) {
        struct consumer *consumer = backlog->consumers;
        backlog->consumers = consumer->next;
        destroy_consumer(consumer);
    }
    pthread_mutex_destroy(&backlog->lock);
}

/* ---- With the lock ---- */

static struct consumer *find(const struct backlog *backlog, struct text name)
{
    struct consumer *consumer = backlog->consumers;
    while (consumer != NULL &&
           !text_equal((struct text){consumer->name, consumer->name_size}, name))
        consumer = consumer->next;
    return consumer;
}

static struct consumer *create_consumer(struct text name)
{
    struct consumer *consumer = calloc(1, sizeof *consumer);
    if (consumer == NULL)
        return NULL;
    memcpy(consumer->name, name.data, name.size);
    consumer->name_size = name.size;
    consumer->last = &consumer->first;
    consumer->doubted = true;
    return consumer;
}

static int compare(const void *left, const void *right)
{
    const struct backlog_item *one = left, *other = right;
    if (one->size != other->size)
        return one->size < other->size ? -1 : 1;
    return memcmp(one->id, other->id, one->size);
}

static struct backlog_item *create_item(struct text id, uint64_t version)
{
    struct backlog_item *item = malloc(sizeof *item + id.size);
    if (item == NULL)
        return NULL;
    item->next = NULL;
    item->version = version;
    item->size = id.size;
    memcpy(item->id, id.data, id.size);
    return item;
}

/* One that is there gets the version, if that is known: it will be visited later. */
static bool add(struct consumer *consumer, struct text id, uint64_t version)
{
    struct backlog_item *item = create_item(id, version);
    void **node = item == NULL ? NULL : tsearch(item, &consumer->tree, compare);
    if (node == NULL || *node != item) {
        if (node != NULL && version != 0)
            (*(struct backlog_item **)node)->version = version;
        free(item);
        return node != NULL;
    }
    *consumer->last = item;
    consumer->last = &item->next;
    return true;
}

static void begin_survey(struct consumer *consumer)
{
    consumer->surveying = true;
    consumer->doubted = false;
    consumer->remind_at = 0;
    consumer->place = 0;
}

static bool is_reminded(const struct consumer *consumer, int64_t now)
{
    return consumer->remind_at != 0 && now >= consumer->remind_at;
}

/* A clock that was set back says nothing of how long ago it was. */
static bool is_due(const struct consumer *consumer, int64_t now)
{
    return consumer->doubted || is_reminded(consumer, now) || now < consumer->surveyed_at ||
           now - consumer->surveyed_at >= SURVEY_MILLISECONDS;
}

/* ---- From outside ---- */

bool backlog_join(struct backlog *backlog, struct text consumer)
{
    pthread_mutex_lock(&backlog->lock);
    bool joined = find(backlog, consumer) != NULL;
    struct consumer *made = joined || backlog->count == BACKLOG_CONSUMERS_MAX
                                ? NULL
                                : create_consumer(consumer);
    if (made != NULL) {
        made->next = backlog->consumers;
        backlog->consumers = made;
        backlog->count++;
        atomic_store(&backlog->used, true);
        joined = true;
    }
    pthread_mutex_unlock(&backlog->lock);
    return joined;
}

/* What there is no memory for, a survey will find. */
bool backlog_note(struct backlog *backlog, struct text organization_id)
{
    if (!atomic_load_explicit(&backlog->used, memory_order_acquire))
        return false;
    pthread_mutex_lock(&backlog->lock);
    for (struct consumer *consumer = backlog->consumers; consumer != NULL;
         consumer = consumer->next) {
        if (!add(consumer, organization_id, 0))
            consumer->doubted = true;
    }
    pthread_mutex_unlock(&backlog->lock);
    return true;
}

bool backlog_add(struct backlog *backlog, struct text consumer, struct text organization_id)
{
    pthread_mutex_lock(&backlog->lock);
    struct consumer *found = find(backlog, consumer);
    const bool added = found != NULL && add(found, organization_id, 0);
    pthread_mutex_unlock(&backlog->lock);
    return added;
}

bool backlog_find(struct backlog *backlog, struct text consumer, struct text organization_id,
                  uint64_t version)
{
    const uint64_t hash = version == 0 ? 0 : organization_hash(&backlog->key, organization_id);
    pthread_mutex_lock(&backlog->lock);
    struct consumer *found = find(backlog, consumer);
    const bool kept = found != NULL &&
                      ((version != 0 && version_table_get(&found->settled, hash) == version) ||
                       add(found, organization_id, version));
    pthread_mutex_unlock(&backlog->lock);
    return kept;
}

struct backlog_item *backlog_take(struct backlog *backlog, struct text consumer)
{
    pthread_mutex_lock(&backlog->lock);
    struct consumer *found = find(backlog, consumer);
    struct backlog_item *item = found == NULL ? NULL : found->first;
    if (item != NULL) {
        tdelete(item, &found->tree, compare);
        found->first = item->next;
        if (found->first == NULL)
            found->last = &found->first;
    }
    pthread_mutex_unlock(&backlog->lock);
    return item;
}

void backlog_settle(struct backlog *backlog, struct text consumer, const struct backlog_item *item)
{
    if (item->version == 0)
        return;
    const uint64_t hash = organization_hash(&backlog->key, backlog_organization(item));
    pthread_mutex_lock(&backlog->lock);
    struct consumer *found = find(backlog, consumer);
    if (found != NULL)
        version_table_put(&found->settled, hash, item->version);
    pthread_mutex_unlock(&backlog->lock);
}

void backlog_remind(struct backlog *backlog, struct text consumer, int64_t at)
{
    pthread_mutex_lock(&backlog->lock);
    struct consumer *found = find(backlog, consumer);
    if (found != NULL && (found->remind_at == 0 || at < found->remind_at))
        found->remind_at = at;
    pthread_mutex_unlock(&backlog->lock);
}

bool backlog_is_reminded(struct backlog *backlog, int64_t now)
{
    bool reminded = false;
    pthread_mutex_lock(&backlog->lock);
    for (const struct consumer *each = backlog->consumers; each != NULL; each = each->next)
        reminded = reminded || is_reminded(each, now);
    pthread_mutex_unlock(&backlog->lock);
    return reminded;
}

void backlog_doubt(struct backlog *backlog)
{
    pthread_mutex_lock(&backlog->lock);
    for (struct consumer *consumer = backlog->consumers; consumer != NULL;
         consumer = consumer->next)
        consumer->doubted = true;
    pthread_mutex_unlock(&backlog->lock);
}

bool backlog_surveys(struct backlog *backlog, struct text consumer, int64_t now, int64_t *ret_place)
{
    pthread_mutex_lock(&backlog->lock);
    struct consumer *found = find(backlog, consumer);
    if (found != NULL && !found->surveying && is_due(found, now))
        begin_survey(found);
    const bool surveys = found != NULL && found->surveying;
    if (surveys)
        *ret_place = found->place;
    pthread_mutex_unlock(&backlog->lock);
    return surveys;
}

/* Of two that did the same step, one counts. */
void backlog_surveyed(struct backlog *backlog, struct text consumer, int64_t from, int64_t place,
                      int64_t now)
{
    pthread_mutex_lock(&backlog->lock);
    struct consumer *found = find(backlog, consumer);
    if (found != NULL && found->surveying && found->place == from) {
        found->place = place;
        found->surveying = place != SURVEY_END;
        if (!found->surveying)
            found->surveyed_at = now;
    }
    pthread_mutex_unlock(&backlog->lock);
}
