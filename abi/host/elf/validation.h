// SPDX-License-Identifier: MIT
#ifndef GQL_ELF_VALIDATION_H
#define GQL_ELF_VALIDATION_H

#include "gql_plugin.h"

/*
 * Whether a file may be passed to dlopen: it must be a regular file, an ELF shared object for this
 * machine, as long as its headers say, and consistent in all that the loader trusts: segments, the
 * dynamic section, symbols and their hash tables, versions, relocations. dlopen reports the first
 * three poorly, and kills the process for most of the rest, by a signal or an assertion.
 *
 * This finds damage: the tables of a file say most things twice. It is no defence against a file
 * that was made to do harm, whose code could do what it likes. Loading the file in a forked process
 * first would run that code twice, and may hang if another thread holds a lock of the loader.
 * `name` stands for the path in the message.
 */
int32_t gql_elf_validate(const char *path, const char *name, gql_failure *failure);

#endif
