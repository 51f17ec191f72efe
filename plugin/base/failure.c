// SPDX-License-Identifier: MIT
#include "plugin/base/failure.h"

#include <stdarg.h>

#include "vault/line.h"

int32_t fail(gql_failure *failure, int32_t code, const char *format, ...)
{
    if (failure == NULL || !GQL_FITS(failure, GQL_FAILURE_SIZE_0_2))
        return code;
    va_list arguments;
    va_start(arguments, format);
    vault_line_format(failure->message, sizeof failure->message, format, arguments);
    va_end(arguments);
    failure->code = code;
    return code;
}

int32_t fail_no_memory(gql_failure *failure)
{
    return fail(failure, GQL_E_NO_MEMORY, "Out of memory");
}
