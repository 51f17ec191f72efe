// SPDX-License-Identifier: MIT
#ifndef GQL_ELF_VALIDATION_H
#define GQL_ELF_VALIDATION_H

#include "gql_plugin.h"

/*
 * Whether a file may be passed to dlopen: it must be a regular file, an ELF shared object for this
 * machine, and as long as its headers say. dlopen reports these poorly, and a truncated file kills
 * the process with SIGBUS.
 */
int32_t gql_elf_validate(const char *path, gql_failure *failure);

#endif
