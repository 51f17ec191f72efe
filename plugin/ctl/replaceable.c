// SPDX-License-Identifier: MIT
#include "plugin/ctl/replaceable.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LONGEST_BEGIN = 32 };

bool replaceable(const char *path, const char *begin)
{
    char found[LONGEST_BEGIN];
    struct stat status;
    const size_t size = strlen(begin);
    const int file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0)
        return false;
    const bool is_regular = fstat(file, &status) == 0 && S_ISREG(status.st_mode);
    const ssize_t got = is_regular ? read(file, found, size) : -1;
    close(file);
    return got == 0 || (got == (ssize_t)size && memcmp(found, begin, size) == 0);
}

enum exit_code report_not_replaceable(const char *path, const char *kind)
{
    return report(EXIT_UNUSABLE, "'%s' is there already, and is not %s; name another file", path,
                  kind);
}
