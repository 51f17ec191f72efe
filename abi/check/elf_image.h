// SPDX-License-Identifier: MIT
/*
 * The dynamic part of an ELF file that gql_elf_check took: what it exports and imports, and what
 * runs by itself.
 */
#ifndef GQL_CHECK_ELF_IMAGE_H
#define GQL_CHECK_ELF_IMAGE_H

#include <link.h>
#include <stdbool.h>

struct elf_image {
    char *data;
    size_t size;
    const ElfW(Sym) * symbols; /* NULL: the file has no section headers. */
    size_t symbol_count;
    const char *names;
    size_t names_size;
    const ElfW(Dyn) * dynamic;
    size_t dynamic_count;
};

/* False with errno set if the file can't be read. */
bool elf_image_open(const char *path, struct elf_image *image);
void elf_image_close(struct elf_image *image);

/* "" for one whose name is outside the file. */
const char *elf_image_name(const struct elf_image *image, const ElfW(Sym) * symbol);

bool elf_image_exports(const ElfW(Sym) * symbol);
bool elf_image_imports(const struct elf_image *image, const char *name);

/* Whether it imports anything whose name begins so. */
bool elf_image_imports_any(const struct elf_image *image, const char *prefix);

/* The value of an entry of the dynamic section, such as DT_INIT_ARRAYSZ; 0 if it has none. */
uint64_t elf_image_dynamic(const struct elf_image *image, int64_t tag);

#endif
