// SPDX-License-Identifier: MIT
#include "abi/check/inspect/elf_symbols.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *read_all(int descriptor, size_t size)
{
    char *data = malloc(size + 1);
    size_t done = 0;
    while (data != NULL && done < size) {
        const ssize_t got = pread(descriptor, data + done, size - done, (off_t)done);
        if (got <= 0) {
            errno = got == 0 ? EIO : errno;
            free(data);
            return NULL;
        }
        done += (size_t)got;
    }
    return data;
}

/* A part of the file; NULL if it is not wholly inside or not aligned. */
static const void *part(const struct elf_symbols *file, uint64_t offset, uint64_t size)
{
    if (offset > file->size || size > file->size - offset || offset % sizeof(ElfW(Addr)) != 0)
        return NULL;
    return file->data + offset;
}

static void find_symbols(struct elf_symbols *file, const ElfW(Ehdr) * header)
{
    const ElfW(Shdr) *sections = part(file, header->e_shoff,
                                      (uint64_t)header->e_shnum * sizeof *sections);
    for (unsigned i = 0; sections != NULL && i < header->e_shnum; i++) {
        const ElfW(Shdr) *symbols = &sections[i];
        if (symbols->sh_type != SHT_DYNSYM || symbols->sh_link >= header->e_shnum)
            continue;
        const ElfW(Shdr) *names = &sections[symbols->sh_link];
        if (names->sh_offset > file->size || names->sh_size > file->size - names->sh_offset)
            continue;
        file->symbols = part(file, symbols->sh_offset, symbols->sh_size);
        file->symbol_count = (size_t)symbols->sh_size / sizeof *file->symbols;
        file->names = file->data + names->sh_offset;
        file->names_size = (size_t)names->sh_size;
    }
}

static void find_sections(struct elf_symbols *file, const ElfW(Ehdr) * header)
{
    const ElfW(Shdr) *sections = part(file, header->e_shoff,
                                      (uint64_t)header->e_shnum * sizeof *sections);
    if (sections == NULL || header->e_shstrndx >= header->e_shnum)
        return;
    const ElfW(Shdr) *names = &sections[header->e_shstrndx];
    if (names->sh_offset > file->size || names->sh_size > file->size - names->sh_offset)
        return;
    file->sections = sections;
    file->section_count = header->e_shnum;
    file->section_names = file->data + names->sh_offset;
    file->section_names_size = (size_t)names->sh_size;
}

static void find_dynamic(struct elf_symbols *file, const ElfW(Ehdr) * header)
{
    const ElfW(Phdr) *segments = part(file, header->e_phoff,
                                      (uint64_t)header->e_phnum * sizeof *segments);
    for (unsigned i = 0; segments != NULL && i < header->e_phnum; i++) {
        if (segments[i].p_type != PT_DYNAMIC)
            continue;
        file->dynamic = part(file, segments[i].p_offset, segments[i].p_filesz);
        file->dynamic_count = file->dynamic == NULL
                                  ? 0
                                  : (size_t)segments[i].p_filesz / sizeof *file->dynamic;
    }
}

bool elf_symbols_open(const char *path, struct elf_symbols *file)
{
    *file = (struct elf_symbols){0};
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (descriptor >= 0 && fstat(descriptor, &status) == 0) {
        file->size = (size_t)status.st_size;
        file->data = read_all(descriptor, file->size);
    }
    const int error = errno;
    if (descriptor >= 0)
        close(descriptor);
    errno = error;
    if (file->data == NULL)
        return false;
    const ElfW(Ehdr) *header = part(file, 0, sizeof *header);
    if (header != NULL && header->e_shentsize == sizeof(ElfW(Shdr))) {
        find_symbols(file, header);
        find_sections(file, header);
    }
    if (header != NULL)
        find_dynamic(file, header);
    return true;
}

void elf_symbols_close(struct elf_symbols *file)
{
    free(file->data);
    *file = (struct elf_symbols){0};
}

/* The string at an offset of a table; "" if it lies outside. */
static const char *string_at(const char *table, size_t size, size_t offset)
{
    const size_t room = offset < size ? size - offset : 0;
    return room > 0 && memchr(table + offset, '\0', room) != NULL ? table + offset : "";
}

const char *elf_symbols_name(const struct elf_symbols *file, const ElfW(Sym) * symbol)
{
    return string_at(file->names, file->names_size, symbol->st_name);
}

const ElfW(Shdr) * elf_symbols_section(const struct elf_symbols *file, const char *name)
{
    for (size_t i = 0; i < file->section_count; i++)
        if (strcmp(string_at(file->section_names, file->section_names_size,
                             file->sections[i].sh_name),
                   name) == 0)
            return &file->sections[i];
    return NULL;
}

bool elf_symbols_exports(const ElfW(Sym) * symbol)
{
    const unsigned binding = symbol->st_info >> 4;
    const unsigned visibility = symbol->st_other & 3u;
    return symbol->st_shndx != SHN_UNDEF && binding != STB_LOCAL && visibility != STV_HIDDEN &&
           visibility != STV_INTERNAL;
}

bool elf_symbols_imports(const struct elf_symbols *file, const char *name)
{
    for (size_t i = 0; i < file->symbol_count; i++)
        if (file->symbols[i].st_shndx == SHN_UNDEF &&
            strcmp(elf_symbols_name(file, &file->symbols[i]), name) == 0)
            return true;
    return false;
}

bool elf_symbols_imports_any(const struct elf_symbols *file, const char *prefix)
{
    for (size_t i = 0; i < file->symbol_count; i++)
        if (file->symbols[i].st_shndx == SHN_UNDEF &&
            strncmp(elf_symbols_name(file, &file->symbols[i]), prefix, strlen(prefix)) == 0)
            return true;
    return false;
}

uint64_t elf_symbols_dynamic(const struct elf_symbols *file, int64_t tag)
{
    for (size_t i = 0; i < file->dynamic_count && file->dynamic[i].d_tag != DT_NULL; i++)
        if (file->dynamic[i].d_tag == tag)
            return file->dynamic[i].d_un.d_val;
    return 0;
}
