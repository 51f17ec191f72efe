// SPDX-License-Identifier: MIT
#include "abi/check/harness/config_paths.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const json_t *config_member_schema(const json_t *schema, const char *name)
{
    const json_t *found = json_object_get(json_object_get(schema, "properties"), name);
    return found != NULL ? found : json_object_get(schema, "additionalProperties");
}

static bool is_path(const json_t *schema)
{
    const char *format = json_string_value(json_object_get(schema, "format"));
    return format != NULL && strcmp(format, "path") == 0;
}

/* `folder` ends with a slash. False if out of memory. */
static bool resolve_string(json_t *value, const char *folder)
{
    char *path;
    if (*json_string_value(value) == '/' || *json_string_value(value) == '\0')
        return true;
    if (asprintf(&path, "%s%s", folder, json_string_value(value)) < 0)
        return false;
    const bool resolved = json_string_set(value, path) == 0;
    free(path);
    return resolved;
}

static bool resolve(const json_t *schema, json_t *value, const char *folder)
{
    const char *name;
    size_t index;
    json_t *member;
    bool resolved = true;
    if (json_is_string(value) && is_path(schema))
        resolved = resolve_string(value, folder);
    json_array_foreach(value, index, member)
        resolved = resolved && resolve(json_object_get(schema, "items"), member, folder);
    json_object_foreach(value, name, member)
        resolved = resolved && resolve(config_member_schema(schema, name), member, folder);
    return resolved;
}

char *config_paths_resolve(const gql_plugin *plugin, const char *config, const char *file)
{
    const char *slash = file == NULL ? NULL : strrchr(file, '/');
    if (slash == NULL) /* In the working folder, from which the plugin takes relative paths. */
        return strdup(config);
    char *folder = strndup(file, (size_t)(slash + 1 - file)), *text = NULL;
    json_t *schema = json_loadb(plugin->config_schema, (size_t)plugin->config_schema_size, 0, NULL);
    json_t *value = json_loads(config, JSON_ALLOW_NUL, NULL);
    if (folder != NULL && value != NULL && resolve(schema, value, folder))
        text = json_dumps(value, 0);
    json_decref(value);
    json_decref(schema);
    free(folder);
    return text;
}
