// SPDX-License-Identifier: MIT
#include "plugin/ctl/reminting.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plugin/base/organization.h"
#include "vault/file.h"
#include "vault/json_reader.h"
#include "vault/tool/clock.h"

enum { REGION = 31, MAP_LIMIT = 1 << 28 }; /* The region is that of the plugin's default. */

struct id_text {
    char text[IDENTIFIER_TEXT_SIZE + 1];
};

static struct id_text text_of_id(const struct identifier *id)
{
    struct id_text result;
    identifier_write(id, result.text);
    result.text[IDENTIFIER_TEXT_SIZE] = '\0';
    return result;
}

static bool refuse_entry(const struct reminting *reminting, struct text old, const char *what,
                         struct vault_failure *failure)
{
    return vault_fail(failure, "'%.300s': the entry of '%.*s' %s; name another map, or a new file",
                      reminting->path, (int)(old.size < 64 ? old.size : 64), old.data, what);
}

/* Each entry is an ID and another, which no other entry has. */
static bool check_map(const struct reminting *reminting, struct vault_failure *failure)
{
    const char *old;
    json_t *value;
    struct identifier id;
    json_t *seen = json_object();
    bool sound = seen != NULL || vault_fail_no_memory(failure);
    json_object_foreach(reminting->map, old, value) {
        const struct text new = {json_string_value(value), json_string_length(value)};
        if (!sound)
            break;
        if (!identifier_parse(text_of(old), &id) || new.data == NULL || !identifier_parse(new, &id))
            sound = refuse_entry(reminting, text_of(old),
                                 "is not the ID of an integration and "
                                 "its new one",
                                 failure);
        else if (json_object_get(seen, new.data) != NULL)
            sound = refuse_entry(reminting, text_of(old), "has the new ID of another entry",
                                 failure);
        else if (json_object_set(seen, new.data, value) != 0)
            sound = vault_fail_no_memory(failure);
    }
    json_decref(seen);
    return sound;
}

static bool read_map(struct reminting *reminting, struct vault_failure *failure)
{
    char *text = NULL;
    size_t size = 0;
    json_t *map = NULL;
    if (!vault_file_read(reminting->path, MAP_LIMIT, &text, &size, failure))
        return false;
    const enum vault_json_status status = vault_json_read((struct vault_bytes){text, size},
                                                          VAULT_JSON_STRICT, &map, NULL);
    free(text);
    if (status != VAULT_JSON_OK || !json_is_object(map)) {
        json_decref(map);
        return status == VAULT_JSON_NO_MEMORY
                   ? vault_fail_no_memory(failure)
                   : vault_fail(failure, "'%.300s' is no map of IDs; name another file",
                                reminting->path);
    }
    json_decref(reminting->map);
    reminting->map = map;
    return check_map(reminting, failure);
}

bool reminting_init(struct reminting *reminting, const char *path, struct vault_failure *failure)
{
    *reminting = (struct reminting){.path = path, .map = json_object()};
    identifier_mint_init(&reminting->mint, false, REGION);
    if (reminting->map == NULL)
        return vault_fail_no_memory(failure);
    return path == NULL || access(path, F_OK) != 0 || read_map(reminting, failure);
}

void reminting_finish(struct reminting *reminting)
{
    json_decref(reminting->map);
    reminting->map = NULL;
}

static bool has_tag(const struct integration *integration)
{
    return identifier_tag(&integration->id) == organization_tag(integration->organization_id);
}

/* The map has the integration. */
static bool check_tag(const struct reminting *reminting, const struct integration *integration,
                      struct vault_failure *failure)
{
    const struct identifier id = reminting_id(reminting, integration);
    return identifier_tag(&id) == organization_tag(integration->organization_id) ||
           refuse_entry(reminting, text_of(text_of_id(&integration->id).text),
                        "is for another organization than the integration's", failure);
}

bool reminting_look(struct reminting *reminting, const struct integration *integration,
                    struct vault_failure *failure)
{
    if (has_tag(integration))
        return true;
    reminting->count++;
    const struct id_text old = text_of_id(&integration->id);
    if (reminting->path == NULL)
        return true;
    if (json_object_get(reminting->map, old.text) != NULL)
        return check_tag(reminting, integration, failure);
    const struct identifier id = identifier_next(&reminting->mint,
                                                 organization_tag(integration->organization_id),
                                                 clock_now());
    return json_object_set_new(reminting->map, old.text, json_string(text_of_id(&id).text)) == 0 ||
           vault_fail_no_memory(failure);
}

bool reminting_save(const struct reminting *reminting, struct vault_failure *failure)
{
    const struct vault_file_access access = vault_file_own_access(0600);
    if (reminting->path == NULL || reminting->count == 0)
        return true;
    char *text = json_dumps(reminting->map, JSON_INDENT(0));
    if (text == NULL)
        return vault_fail_no_memory(failure);
    const bool written = vault_file_write(reminting->path, text, strlen(text), &access, failure);
    free(text);
    return written;
}

struct identifier reminting_id(const struct reminting *reminting,
                               const struct integration *integration)
{
    struct identifier id;
    if (has_tag(integration))
        return integration->id;
    const json_t *given = json_object_get(reminting->map, text_of_id(&integration->id).text);
    identifier_parse((struct text){json_string_value(given), json_string_length(given)}, &id);
    return id;
}
