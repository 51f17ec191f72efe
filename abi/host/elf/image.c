// SPDX-License-Identifier: MIT
#include "abi/host/elf/image.h"

#include "abi/host/base/failure.h"

int32_t elf_fail_damaged(const struct elf_image *image, const char *what)
{
    return gql_fail(image->failure, GQL_E_UNAVAILABLE, "%s: damaged: %s; copy it again",
                    image->path, what);
}

/* Whether [start, start + size) lies within [outer, outer + outer_size). */
static bool is_within(uint64_t start, uint64_t size, uint64_t outer, uint64_t outer_size)
{
    return start >= outer && size <= outer_size && start - outer <= outer_size - size;
}

const void *elf_part(const struct elf_image *image, uint64_t offset, uint64_t size,
                     uint64_t alignment)
{
    return is_within(offset, size, 0, image->size) && offset % alignment == 0 ? image->data + offset
                                                                              : NULL;
}

const ElfW(Phdr) *
    elf_loaded(const struct elf_image *image, uint64_t address, uint64_t size, uint32_t flags)
{
    for (unsigned i = 0; i < image->segment_count; i++) {
        const ElfW(Phdr) *segment = &image->segments[i];
        if (segment->p_type == PT_LOAD && (segment->p_flags & flags) == flags &&
            is_within(address, size, segment->p_vaddr, segment->p_memsz))
            return segment;
    }
    return NULL;
}

const void *elf_at(const struct elf_image *image, uint64_t address, uint64_t size,
                   uint64_t alignment)
{
    const ElfW(Phdr) *segment = elf_loaded(image, address, size, PF_R);
    if (segment == NULL || !is_within(address, size, segment->p_vaddr, segment->p_filesz))
        return NULL;
    return elf_part(image, segment->p_offset + (address - segment->p_vaddr), size, alignment);
}

const ElfW(Dyn) * elf_entry(const struct elf_image *image, int64_t tag)
{
    const ElfW(Dyn) *found = NULL;
    for (const ElfW(Dyn) *entry = image->dynamic; entry->d_tag != DT_NULL; entry++)
        if (entry->d_tag == tag)
            found = entry;
    return found;
}

uint64_t elf_value(const struct elf_image *image, int64_t tag)
{
    const ElfW(Dyn) *entry = elf_entry(image, tag);
    return entry == NULL ? 0 : entry->d_un.d_val;
}

const char *elf_string(const struct elf_image *image, uint64_t offset)
{
    return offset < image->strings_size ? image->strings + offset : NULL;
}
