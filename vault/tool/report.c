// SPDX-License-Identifier: MIT
#include "vault/tool/report.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#include "vault/line.h"

enum exit_code report(enum exit_code code, const char *format, ...)
{
    char message[1024];
    va_list arguments;
    va_start(arguments, format);
    vault_line_format(message, sizeof message, format, arguments);
    va_end(arguments);
    fprintf(stderr, "%s: %s\n", program_invocation_short_name, message);
    return code;
}

static void warn_of_mode(const char *path, mode_t unwanted, const char *what, const char *cure)
{
    struct stat status;
    if (stat(path, &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & unwanted) != 0)
        report(EXIT_DONE, "warning: others can %s '%.300s', of mode %03o: chmod %s it", what, path,
               (unsigned)(status.st_mode & 0777), cure);
}

void warn_if_shared(const char *path)
{
    warn_of_mode(path, 077, "use", "600");
}

void warn_if_changeable(const char *path)
{
    warn_of_mode(path, 022, "change", "go-w");
}
