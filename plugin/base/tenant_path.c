// SPDX-License-Identifier: MIT
#include "plugin/base/tenant_path.h"

#include <stdio.h>

#include "plugin/base/failure.h"
#include "plugin/base/organization.h"
#include "plugin/base/tenant_name.h"

bool tenant_folder(const char *root, struct text organization_id, char *ret_path, size_t capacity)
{
    struct tenant_name name;
    if (!tenant_name_make(organization_id, &name))
        return false;
    const int size = snprintf(ret_path, capacity, "%s/%02x/%s", root,
                              organization_tag(organization_id) >> 16, name.text);
    return size >= 0 && (size_t)size < capacity;
}

static const char placeholder[] = "{organization}";

enum { PLACEHOLDER_SIZE = sizeof placeholder - 1 };

static bool has_placeholder(const char *pattern)
{
    return strncmp(pattern, placeholder, PLACEHOLDER_SIZE) == 0;
}

int32_t tenant_template_check(const char *setting, const char *pattern, gql_failure *failure)
{
    const char *at = pattern;
    while (*(at += strcspn(at, "{}")) != '\0') {
        const char *end = strchr(at, '}');
        if (*at == '}' || end == NULL)
            return fail(failure, GQL_E_CONFIG,
                        "%s: a '%c' belongs to no placeholder. A path can't contain it", setting,
                        *at);
        if (!has_placeholder(at))
            return fail(failure, GQL_E_CONFIG, "%s: %s is the only placeholder. There is no %.*s",
                        setting, placeholder, (int)(end + 1 - at), at);
        at += PLACEHOLDER_SIZE;
    }
    return GQL_OK;
}

/* Counts all, and writes while it fits. */
static void append(char *path, size_t capacity, size_t *size, const char *text, size_t text_size)
{
    if (*size < capacity && text_size < capacity - *size)
        memcpy(path + *size, text, text_size);
    *size += text_size;
}

bool tenant_template_fill(const char *pattern, struct text organization_id, char *ret_path,
                          size_t capacity)
{
    struct tenant_name name;
    size_t size = 0;
    if (!tenant_name_make(organization_id, &name))
        return false;
    for (const char *at = pattern; *at != '\0';) {
        const bool named = has_placeholder(at);
        const size_t taken = named ? PLACEHOLDER_SIZE : 1 + strcspn(at + 1, "{");
        append(ret_path, capacity, &size, named ? name.text : at,
               named ? strlen(name.text) : taken);
        at += taken;
    }
    if (size >= capacity)
        return false;
    ret_path[size] = '\0';
    return true;
}
