// SPDX-License-Identifier: MIT
#include "plugin/base/pin.h"

#include <dlfcn.h>
#include <stddef.h>

void pin_library(const void *address)
{
    Dl_info library;
    if (dladdr(address, &library) != 0 && library.dli_fname != NULL)
        dlopen(library.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
}
