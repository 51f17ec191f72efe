// SPDX-License-Identifier: MIT
#include "vault/failure.h"

#include <stdarg.h>

#include "vault/line.h"

bool vault_fail(struct vault_failure *failure, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vault_line_format(failure->message, sizeof failure->message, format, arguments);
    va_end(arguments);
    failure->temporary = false;
    return false;
}

bool vault_fail_for_now(struct vault_failure *failure, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vault_line_format(failure->message, sizeof failure->message, format, arguments);
    va_end(arguments);
    failure->temporary = true;
    return false;
}

bool vault_fail_no_memory(struct vault_failure *failure)
{
    return vault_fail_for_now(failure, "out of memory");
}

bool vault_fail_at(struct vault_failure *failure, const char *path, const struct vault_failure *why)
{
    vault_fail(failure, "'%.200s': %.300s", path, why->message);
    failure->temporary = why->temporary;
    return false;
}
