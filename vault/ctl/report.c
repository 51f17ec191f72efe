// SPDX-License-Identifier: MIT
#include "vault/ctl/report.h"

#include <stdarg.h>
#include <stdio.h>

enum exit_code report(enum exit_code code, const char *format, ...)
{
    va_list arguments;
    fputs("vaultctl: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return code;
}
