// SPDX-License-Identifier: MIT
/*
 * The file name that stands for an organization's ID. Different IDs have different names on every
 * file system: also where case does not count, where Unicode is normalized, and where trailing
 * dots, or names of devices, are special.
 *
 * A name consists of a-z, 0-9, `_`, `-`, `.`, `+` and `=`. The first three, `-` except in front and
 * `.` except at either end stand for themselves. `+a` is A; `=2f` is the byte 2F. The first byte of
 * an ID that is a device on Windows (`con`, `com1.x`) is written so, too. If all that would take
 * more than TENANT_NAME_MAX bytes, the name is `==` and the ID in base32 (RFC 4648, in lower case,
 * without padding).
 */
#ifndef PLUGIN_BASE_TENANT_NAME_H
#define PLUGIN_BASE_TENANT_NAME_H

#include <stdbool.h>

#include "plugin/base/limits.h"
#include "plugin/base/text.h"

/* `==` and 128 bytes in base32. Of the 255 that file systems allow, 48 are left for suffixes. */
enum { TENANT_NAME_MAX = 207 };

struct tenant_name {
    char text[TENANT_NAME_MAX + 1]; /* NUL-terminated. */
};

/* False unless the ID has 1 to ORGANIZATION_ID_MAX bytes, of any kind. Any thread. */
bool tenant_name_make(struct text organization_id, struct tenant_name *ret_name);

struct tenant_id {
    char bytes[ORGANIZATION_ID_MAX];
    size_t size;
};

static inline struct text tenant_id_text(const struct tenant_id *id)
{
    return (struct text){id->bytes, id->size};
}

/* The text has at most ORGANIZATION_ID_MAX bytes. */
static inline void tenant_id_set(struct tenant_id *id, struct text text)
{
    id->size = text.size;
    memcpy(id->bytes, text.data, text.size);
}

/* The ID that has this name. False if none has: it is not the name of a tenant. Any thread. */
bool tenant_name_read(const char *name, struct tenant_id *ret_id);

#endif
