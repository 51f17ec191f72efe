// SPDX-License-Identifier: MIT
/*
 * The symbols and the dynamic section of an ELF file: what it exports and imports, and which code
 * runs when it is loaded. The file must have passed gql_elf_validate.
 */
#ifndef GQL_CHECK_ELF_SYMBOLS_H
#define GQL_CHECK_ELF_SYMBOLS_H

#include <link.h>
#include <stdbool.h>

struct elf_symbols {
    char *data; /* The whole file; the members below point into it. */
    size_t size;
    const ElfW(Sym) * symbols; /* NULL: the file has no section headers. */
    size_t symbol_count;
    const char *names;
    size_t names_size;
    const ElfW(Shdr) * sections; /* NULL: none. */
    size_t section_count;
    const char *section_names;
    size_t section_names_size;
    const ElfW(Dyn) * dynamic;
    size_t dynamic_count;
};

/* False with errno set if the file can't be read. */
bool elf_symbols_open(const char *path, struct elf_symbols *file);
void elf_symbols_close(struct elf_symbols *file);

/* "" if the name lies outside the file. */
const char *elf_symbols_name(const struct elf_symbols *file, const ElfW(Sym) * symbol);

bool elf_symbols_exports(const ElfW(Sym) * symbol);
bool elf_symbols_imports(const struct elf_symbols *file, const char *name);

/* Whether it imports a symbol whose name starts with the prefix. */
bool elf_symbols_imports_any(const struct elf_symbols *file, const char *prefix);

/* A section by its name, such as ".init"; NULL if there is none. */
const ElfW(Shdr) * elf_symbols_section(const struct elf_symbols *file, const char *name);

/* The value of an entry of the dynamic section, such as DT_INIT_ARRAYSZ; 0 if there is none. */
uint64_t elf_symbols_dynamic(const struct elf_symbols *file, int64_t tag);

#endif
