// SPDX-License-Identifier: MIT
#include "abi/check/elf_image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *read_all(int file, size_t size)
{
    char *data = malloc(size + 1);
    size_t done = 0;
    while (data != NULL && done < size) {
        const ssize_t got = pread(file, data + done, size - done, (off_t)done);
        if (got <= 0) {
            errno = got == 0 ? EIO : errno;
            free(data);
            return NULL;
        }
        done += (size_t)got;
    }
    return data;
}

/* A part of the file, or NULL if it is not all inside, or not aligned. */
static const void *part(const struct elf_image *image, uint64_t offset, uint64_t size)
{
    if (offset > image->size || size > image->size - offset || offset % sizeof(ElfW(Addr)) != 0)
        return NULL;
    return image->data + offset;
}

static void find_symbols(struct elf_image *image, const ElfW(Ehdr) * header)
{
    const ElfW(Shdr) *sections = part(image, header->e_shoff,
                                      (uint64_t)header->e_shnum * sizeof *sections);
    for (unsigned i = 0; sections != NULL && i < header->e_shnum; i++) {
        const ElfW(Shdr) *symbols = &sections[i];
        if (symbols->sh_type != SHT_DYNSYM || symbols->sh_link >= header->e_shnum)
            continue;
        const ElfW(Shdr) *names = &sections[symbols->sh_link];
        if (names->sh_offset > image->size || names->sh_size > image->size - names->sh_offset)
            continue;
        image->symbols = part(image, symbols->sh_offset, symbols->sh_size);
        image->symbol_count = (size_t)symbols->sh_size / sizeof *image->symbols;
        image->names = image->data + names->sh_offset;
        image->names_size = (size_t)names->sh_size;
    }
}

static void find_dynamic(struct elf_image *image, const ElfW(Ehdr) * header)
{
    const ElfW(Phdr) *segments = part(image, header->e_phoff,
                                      (uint64_t)header->e_phnum * sizeof *segments);
    for (unsigned i = 0; segments != NULL && i < header->e_phnum; i++) {
        if (segments[i].p_type != PT_DYNAMIC)
            continue;
        image->dynamic = part(image, segments[i].p_offset, segments[i].p_filesz);
        image->dynamic_count = image->dynamic == NULL
                                   ? 0
                                   : (size_t)segments[i].p_filesz / sizeof *image->dynamic;
    }
}

bool elf_image_open(const char *path, struct elf_image *image)
{
    *image = (struct elf_image){0};
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (file >= 0 && fstat(file, &status) == 0) {
        image->size = (size_t)status.st_size;
        image->data = read_all(file, image->size);
    }
    const int error = errno;
    if (file >= 0)
        close(file);
    errno = error;
    if (image->data == NULL)
        return false;
    const ElfW(Ehdr) *header = part(image, 0, sizeof *header);
    if (header != NULL && header->e_shentsize == sizeof(ElfW(Shdr)))
        find_symbols(image, header);
    if (header != NULL)
        find_dynamic(image, header);
    return true;
}

void elf_image_close(struct elf_image *image)
{
    free(image->data);
    *image = (struct elf_image){0};
}

const char *elf_image_name(const struct elf_image *image, const ElfW(Sym) * symbol)
{
    const size_t room = symbol->st_name < image->names_size ? image->names_size - symbol->st_name
                                                            : 0;
    const char *name = image->names + symbol->st_name;
    return room > 0 && memchr(name, '\0', room) != NULL ? name : "";
}

bool elf_image_exports(const ElfW(Sym) * symbol)
{
    const unsigned binding = symbol->st_info >> 4;
    const unsigned visibility = symbol->st_other & 3u;
    return symbol->st_shndx != SHN_UNDEF && binding != STB_LOCAL && visibility != STV_HIDDEN &&
           visibility != STV_INTERNAL;
}

bool elf_image_imports(const struct elf_image *image, const char *name)
{
    for (size_t i = 0; i < image->symbol_count; i++)
        if (image->symbols[i].st_shndx == SHN_UNDEF &&
            strcmp(elf_image_name(image, &image->symbols[i]), name) == 0)
            return true;
    return false;
}

bool elf_image_imports_any(const struct elf_image *image, const char *prefix)
{
    for (size_t i = 0; i < image->symbol_count; i++)
        if (image->symbols[i].st_shndx == SHN_UNDEF &&
            strncmp(elf_image_name(image, &image->symbols[i]), prefix, strlen(prefix)) == 0)
            return true;
    return false;
}

uint64_t elf_image_dynamic(const struct elf_image *image, int64_t tag)
{
    for (size_t i = 0; i < image->dynamic_count && image->dynamic[i].d_tag != DT_NULL; i++)
        if (image->dynamic[i].d_tag == tag)
            return image->dynamic[i].d_un.d_val;
    return 0;
}
