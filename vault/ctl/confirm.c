// SPDX-License-Identifier: MIT
#include "vault/ctl/confirm.h"

#include <stdio.h>
#include <strings.h>

enum confirmation confirm(const char *question)
{
    char answer[16] = "";
    FILE *terminal = fopen("/dev/tty", "r+e");
    if (terminal == NULL)
        return NOBODY_TO_ASK;
    fprintf(terminal, "%s [y/N]: ", question);
    fflush(terminal);
    const char *read = fgets(answer, sizeof answer, terminal);
    fclose(terminal);
    return read != NULL && (strcasecmp(answer, "y\n") == 0 || strcasecmp(answer, "yes\n") == 0)
               ? CONFIRMED
               : DECLINED;
}
