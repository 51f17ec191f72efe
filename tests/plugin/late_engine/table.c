// SPDX-License-Identifier: MIT
#include "tests/plugin/late_engine/table.h"

#include <sodium.h>
#include <stdlib.h>

/* ---- Rows ---- */

static void free_row(struct row *row)
{
    sort_key_finish(&row->key);
    integration_copy_finish(&row->copy);
    free(row);
}

void table_finish(struct table *table)
{
    for (size_t i = 0; i < table->count; i++)
        free_row(table->rows[i]);
    free(table->rows);
    free(table->keys);
    *table = (struct table){0};
}

static size_t index_of(const struct table *table, const struct identifier *id)
{
    size_t i = 0;
    while (i < table->count &&
           memcmp(table->rows[i]->copy.integration.id.bytes, id->bytes, IDENTIFIER_SIZE) != 0)
        i++;
    return i;
}

struct row *table_find(const struct table *table, const struct identifier *id)
{
    const size_t index = index_of(table, id);
    return index < table->count ? table->rows[index] : NULL;
}

/* Tests run with memory to spare. */
static void *checked(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

void table_put(struct table *table, const struct integration *integration,
               const struct collation *collation)
{
    struct row *row = checked(calloc(1, sizeof *row));
    if (!integration_copy_init(&row->copy, integration) ||
        !sort_key_make(collation, integration->title, &row->key))
        abort();
    const size_t index = index_of(table, &integration->id);
    if (index < table->count) {
        free_row(table->rows[index]);
    } else {
        table->rows = checked(realloc(table->rows, (index + 1) * sizeof *table->rows));
        table->count++;
    }
    table->rows[index] = row;
}

void table_remove(struct table *table, const struct identifier *id)
{
    const size_t index = index_of(table, id);
    if (index == table->count)
        return;
    free_row(table->rows[index]);
    table->rows[index] = table->rows[--table->count];
}

/* ---- Keys ---- */

static bool has_scope(const struct used_key *used, const struct store_mutation *mutation)
{
    return memcmp(used->key.scope, mutation->key->scope, STORE_HASH_SIZE) == 0 &&
           text_equal((struct text){used->organization_id, used->organization_id_size},
                      mutation->organization_id);
}

enum store_status table_find_key(const struct table *table, const struct store_mutation *mutation,
                                 int64_t now, struct identifier *ret_id)
{
    for (size_t i = 0; i < table->key_count; i++) {
        const struct used_key *used = &table->keys[i];
        if (!has_scope(used, mutation) || used->created <= now - STORE_KEY_HOURS * 3600000)
            continue;
        *ret_id = used->id;
        return memcmp(used->key.input, mutation->key->input, STORE_HASH_SIZE) == 0 ? STORE_REPEATED
                                                                                   : STORE_KEY_USED;
    }
    return STORE_NOT_FOUND;
}

static struct used_key *new_key(struct table *table)
{
    table->keys = checked(realloc(table->keys, (table->key_count + 1) * sizeof *table->keys));
    return &table->keys[table->key_count++];
}

void table_add_key(struct table *table, const struct store_mutation *mutation, int64_t now)
{
    struct used_key *used = new_key(table);
    *used = (struct used_key){.key = *mutation->key,
                              .organization_id_size = mutation->organization_id.size,
                              .id = mutation->id,
                              .created = now};
    memcpy(used->organization_id, mutation->organization_id.data, mutation->organization_id.size);
}

/* ---- Reading ---- */

static bool belongs(const struct row *row, struct text organization_id)
{
    return text_equal(row->copy.integration.organization_id, organization_id);
}

struct store_counts table_count(const struct table *table, struct text organization_id)
{
    struct store_counts counts = {0};
    for (size_t i = 0; i < table->count; i++) {
        if (!belongs(table->rows[i], organization_id))
            continue;
        if (table->rows[i]->copy.integration.is_active)
            counts.active++;
        else
            counts.inactive++;
    }
    return counts;
}

static int compare(const struct sort_key *a, const struct identifier *a_id,
                   const struct sort_key *b, const struct identifier *b_id)
{
    const size_t common = a->size < b->size ? a->size : b->size;
    int order = memcmp(a->data, b->data, common);
    if (order == 0)
        order = (a->size > b->size) - (a->size < b->size);
    return order != 0 ? order : memcmp(a_id->bytes, b_id->bytes, IDENTIFIER_SIZE);
}

static int compare_rows(const void *a, const void *b)
{
    const struct row *x = *(struct row *const *)a, *y = *(struct row *const *)b;
    return compare(&x->key, &x->copy.integration.id, &y->key, &y->copy.integration.id);
}

static int compare_position(const struct row *row, const struct store_position *position,
                            const struct collation *collation)
{
    SORT_KEY_AUTO key;
    if (!sort_key_make(collation, position->title, &key))
        abort();
    return compare(&row->key, &row->copy.integration.id, &key, &position->id);
}

static bool is_in_range(const struct row *row, const struct store_range *range,
                        const struct collation *collation)
{
    const bool is_active = row->copy.integration.is_active;
    return belongs(row, range->organization_id) &&
           (range->filter == STORE_ALL || is_active == (range->filter == STORE_ACTIVE)) &&
           (range->after == NULL || compare_position(row, range->after, collation) > 0) &&
           (range->before == NULL || compare_position(row, range->before, collation) < 0);
}

enum store_status table_scan(const struct table *table, const struct collation *collation,
                             const struct store_range *range, int limit,
                             struct integration_list *list)
{
    if (table->count > 0)
        qsort(table->rows, table->count, sizeof *table->rows, compare_rows);
    for (size_t i = 0; i < table->count && limit > 0; i++) {
        const struct row *row = table->rows[range->backward ? table->count - 1 - i : i];
        if (!is_in_range(row, range, collation))
            continue;
        if (!integration_list_append(list, &row->copy.integration))
            return STORE_NO_MEMORY;
        limit--;
    }
    return STORE_OK;
}

/* ---- The file ---- */

static struct text text_member(const json_t *object, const char *name)
{
    const json_t *member = json_object_get(object, name);
    return (struct text){json_string_value(member), json_string_length(member)};
}

static json_t *json_of_text(struct text text)
{
    return text.data == NULL ? json_null() : json_stringn(text.data, text.size);
}

/* A key in the file is its bytes as they are in memory. */
static void load_keys(struct table *table, const json_t *keys)
{
    size_t index;
    json_t *key;
    json_array_foreach(keys, index, key) {
        struct used_key *used = new_key(table);
        sodium_hex2bin((uint8_t *)used, sizeof *used, json_string_value(key),
                       json_string_length(key), NULL, NULL, NULL);
    }
}

static json_t *json_of_keys(const struct table *table)
{
    char text[2 * sizeof(struct used_key) + 1];
    json_t *keys = json_array();
    for (size_t i = 0; i < table->key_count; i++) {
        sodium_bin2hex(text, sizeof text, (const uint8_t *)&table->keys[i], sizeof *table->keys);
        json_array_append_new(keys, json_string(text));
    }
    return keys;
}

bool table_load(struct table *table, const char *path, const struct collation *collation)
{
    size_t index;
    json_t *row;
    json_t *root = json_load_file(path, JSON_ALLOW_NUL, NULL);
    randombytes_buf(table->secret, sizeof table->secret);
    if (root != NULL)
        sodium_hex2bin(table->secret, sizeof table->secret,
                       json_string_value(json_object_get(root, "secret")), 2 * sizeof table->secret,
                       NULL, NULL, NULL);
    identifier_parse(text_member(root, "highest"), &table->highest);
    json_array_foreach(json_object_get(root, "rows"), index, row) {
        struct integration integration = {
            .version = (int32_t)json_integer_value(json_object_get(row, "version")),
            .is_active = json_is_true(json_object_get(row, "isActive")),
            .title = text_member(row, "title"),
            .organization_id = text_member(row, "organizationId"),
            .credential_ref = text_member(row, "credentialRef"),
        };
        identifier_parse(text_member(row, "id"), &integration.id);
        table_put(table, &integration, collation);
    }
    load_keys(table, json_object_get(root, "keys"));
    json_decref(root);
    return true;
}

static json_t *json_of_row(const struct integration *integration)
{
    char id[IDENTIFIER_TEXT_SIZE];
    identifier_write(&integration->id, id);
    return json_pack("{s:s%, s:i, s:b, s:o, s:o, s:o}", "id", id, sizeof id, "version",
                     integration->version, "isActive", integration->is_active, "title",
                     json_of_text(integration->title), "organizationId",
                     json_of_text(integration->organization_id), "credentialRef",
                     json_of_text(integration->credential_ref));
}

bool table_save(const struct table *table, const char *path)
{
    char secret[2 * STORE_SECRET_SIZE + 1], highest[IDENTIFIER_TEXT_SIZE];
    json_t *rows = json_array();
    for (size_t i = 0; i < table->count; i++)
        json_array_append_new(rows, json_of_row(&table->rows[i]->copy.integration));
    sodium_bin2hex(secret, sizeof secret, table->secret, sizeof table->secret);
    identifier_write(&table->highest, highest);
    json_t *root = json_pack("{s:s, s:s%, s:o, s:o}", "secret", secret, "highest", highest,
                             sizeof highest, "rows", rows, "keys", json_of_keys(table));
    const bool saved = json_dump_file(root, path, 0) == 0;
    json_decref(root);
    return saved;
}
