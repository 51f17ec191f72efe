// SPDX-License-Identifier: MIT
#include "plugin/store/consumer.h"

#include <string.h>

bool consumer_is_name(struct text name)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789._-";
    if (name.data == NULL || name.size == 0 || name.size > CONSUMER_NAME_MAX)
        return false;
    for (size_t i = 0; i < name.size; i++) {
        if (memchr(allowed, name.data[i], sizeof allowed - 1) == NULL)
            return false;
    }
    return true;
}
