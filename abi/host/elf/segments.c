// SPDX-License-Identifier: MIT
/* The program headers. */
#include <inttypes.h>
#include <unistd.h>

#include "abi/host/base/failure.h"
#include "abi/host/elf/image.h"

enum {
    MAXIMUM_SEGMENTS = 128, /* The loader copies all headers to its stack. */
    MAXIMUM_TLS_SIZE = 1 << 20,
};
#define MAXIMUM_ALIGNMENT (UINT64_C(1) << 30)

static bool is_power_of_two(uint64_t number)
{
    return number != 0 && (number & (number - 1)) == 0;
}

static int32_t check_in_file(const struct elf_image *image, const ElfW(Phdr) * segment)
{
    if (elf_part(image, segment->p_offset, segment->p_filesz, 1) != NULL)
        return GQL_OK;
    return gql_fail(image->failure, GQL_E_UNAVAILABLE,
                    "%s: truncated: shorter (%" PRIu64
                    " bytes) than its headers say; copy it again",
                    image->path, image->size);
}

/* `end` is where the segment before it ends in memory, and becomes the end of this one. */
static int32_t check_loaded(const struct elf_image *image, const ElfW(Phdr) * segment,
                            uint64_t *end)
{
    const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    if (!is_power_of_two(segment->p_align) || segment->p_align % page != 0 ||
        segment->p_align > MAXIMUM_ALIGNMENT ||
        (segment->p_vaddr - segment->p_offset) % segment->p_align != 0)
        return elf_fail_damaged(image, "a segment is not aligned");
    if (segment->p_filesz > segment->p_memsz || segment->p_memsz > INTPTR_MAX ||
        segment->p_vaddr > INTPTR_MAX - segment->p_memsz)
        return elf_fail_damaged(image, "a segment has an impossible size");
    if (segment->p_vaddr / page * page < *end)
        return elf_fail_damaged(image, "segments overlap");
    if ((segment->p_flags & PF_R) == 0 ||
        ((segment->p_flags & PF_W) == 0 && segment->p_filesz != segment->p_memsz))
        return elf_fail_damaged(image, "a segment has impossible flags");
    *end = (segment->p_vaddr + segment->p_memsz + page - 1) / page * page;
    return GQL_OK;
}

/* The other types describe a part of what is loaded. */
static int32_t check_described(const struct elf_image *image, const ElfW(Phdr) * segment)
{
    const ElfW(Phdr) *loaded = elf_loaded(image, segment->p_vaddr, segment->p_filesz, PF_R);
    if (loaded == NULL || elf_at(image, segment->p_vaddr, segment->p_filesz, 1) == NULL ||
        segment->p_vaddr - segment->p_offset != loaded->p_vaddr - loaded->p_offset ||
        segment->p_filesz > segment->p_memsz)
        return elf_fail_damaged(image, "a program header describes what is not loaded");
    return GQL_OK;
}

/* The loader makes these pages read-only: no more than the linker meant. */
static int32_t check_relro(const struct elf_image *image, const ElfW(Phdr) * segment)
{
    const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    const uint64_t file_end = segment->p_vaddr + segment->p_filesz;
    const uint64_t end = segment->p_vaddr + segment->p_memsz;
    const ElfW(Phdr) *loaded = elf_loaded(image, segment->p_vaddr, segment->p_filesz, PF_W);
    const uint64_t loaded_end = loaded == NULL ? 0 : loaded->p_vaddr + loaded->p_memsz;
    if (loaded == NULL || end < file_end || end / page > (file_end + page - 1) / page ||
        end / page > (loaded_end + page - 1) / page)
        return elf_fail_damaged(image, "the read-only part of its data has an impossible size");
    return GQL_OK;
}

static int32_t check_tls(const struct elf_image *image, const ElfW(Phdr) * segment)
{
    const bool aligned = segment->p_align == 0 || is_power_of_two(segment->p_align);
    if (!aligned || segment->p_align > (uint64_t)sysconf(_SC_PAGESIZE) ||
        segment->p_memsz > MAXIMUM_TLS_SIZE)
        return elf_fail_damaged(image, "its thread-local data have an impossible size");
    return GQL_OK;
}

static int32_t check_special(const struct elf_image *image, const ElfW(Phdr) * segment)
{
    int32_t code = GQL_OK;
    switch (segment->p_type) {
    case PT_PHDR:
        code = segment->p_offset == image->header->e_phoff
                   ? check_described(image, segment)
                   : elf_fail_damaged(image, "its program headers are said to be elsewhere");
        break;
    case PT_TLS:
        code = check_tls(image, segment);
        if (code == GQL_OK && segment->p_filesz > 0)
            code = check_described(image, segment);
        break;
    case PT_GNU_RELRO:
        code = check_relro(image, segment);
        if (code == GQL_OK)
            code = check_described(image, segment);
        break;
    case PT_NOTE:
#ifdef PT_GNU_PROPERTY
    case PT_GNU_PROPERTY:
#endif
        if (segment->p_filesz != segment->p_memsz)
            return elf_fail_damaged(image, "a note has an impossible size");
        code = check_described(image, segment);
        break;
    case PT_DYNAMIC:
    case PT_GNU_EH_FRAME:
        code = check_described(image, segment);
        break;
    default:
        break;
    }
    return code;
}

static int32_t find_dynamic(struct elf_image *image)
{
    const ElfW(Phdr) *found = NULL;
    unsigned tls = 0;
    for (unsigned i = 0; i < image->segment_count; i++) {
        const ElfW(Phdr) *segment = &image->segments[i];
        tls += segment->p_type == PT_TLS && segment->p_memsz > 0;
        if (segment->p_type != PT_DYNAMIC)
            continue;
        if (found != NULL)
            return elf_fail_damaged(image, "it has two dynamic sections");
        found = segment;
    }
    if (tls > 1)
        return elf_fail_damaged(image, "it has two segments of thread-local data");
    if (found == NULL)
        return elf_fail_damaged(image, "it has no dynamic section");
    /* The loader writes to the section unless the header says that it can't. */
    const bool written = (found->p_flags & PF_W) != 0;
    image->dynamic = elf_at(image, found->p_vaddr, found->p_filesz, sizeof(ElfW(Addr)));
    if (image->dynamic == NULL || found->p_filesz != found->p_memsz ||
        (written && elf_loaded(image, found->p_vaddr, found->p_memsz, PF_W) == NULL))
        return elf_fail_damaged(image, "its dynamic section has an impossible place");
    const uint64_t count = found->p_filesz / sizeof *image->dynamic;
    for (uint64_t i = 0; i < count; i++)
        if (image->dynamic[i].d_tag == DT_NULL)
            return GQL_OK;
    return elf_fail_damaged(image, "its dynamic section has no end");
}

int32_t elf_check_segments(struct elf_image *image)
{
    const ElfW(Ehdr) *header = image->header;
    image->segment_count = header->e_phnum;
    if (header->e_phnum == 0 || header->e_phnum > MAXIMUM_SEGMENTS)
        return elf_fail_damaged(image, "an impossible number of program headers");
    image->segments = elf_part(image, header->e_phoff,
                               (uint64_t)header->e_phnum * sizeof *image->segments,
                               sizeof(ElfW(Addr)));
    if (image->segments == NULL)
        return gql_fail(image->failure, GQL_E_UNAVAILABLE,
                        "%s: truncated within the program headers; copy it again", image->path);
    int32_t code = GQL_OK;
    uint64_t end = 0;
    for (unsigned i = 0; code == GQL_OK && i < image->segment_count; i++) {
        const ElfW(Phdr) *segment = &image->segments[i];
        code = check_in_file(image, segment);
        if (code == GQL_OK && segment->p_type == PT_LOAD)
            code = check_loaded(image, segment, &end);
    }
    for (unsigned i = 0; code == GQL_OK && i < image->segment_count; i++)
        code = check_special(image, &image->segments[i]);
    return code == GQL_OK ? find_dynamic(image) : code;
}
