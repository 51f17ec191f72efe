// SPDX-License-Identifier: MIT
/* The versions of symbols: which are needed of other libraries, and which are defined. */
#include <string.h>

#include "abi/host/base/failure.h"
#include "abi/host/elf/image.h"

enum { MAXIMUM_STEPS = 65536, INDEX_MASK = 0x7fff };

static int32_t fail(const struct elf_image *image)
{
    return elf_fail_damaged(image, "its versions of symbols are inconsistent");
}

/* The loader ends the process if a version is needed of a library that is not. */
static bool is_needed(const struct elf_image *image, const char *library)
{
    for (const ElfW(Dyn) *entry = image->dynamic; entry->d_tag != DT_NULL; entry++)
        if (entry->d_tag == DT_NEEDED && strcmp(elf_string(image, entry->d_un.d_val), library) == 0)
            return true;
    return false;
}

static bool read_needed_of(const struct elf_image *image, uint64_t address, unsigned *steps,
                           unsigned *highest)
{
    const ElfW(Vernaux) * version;
    do {
        version = elf_at(image, address, sizeof *version, 4);
        if (version == NULL || elf_string(image, version->vna_name) == NULL ||
            ++*steps > MAXIMUM_STEPS)
            return false;
        const unsigned index = version->vna_other & INDEX_MASK;
        *highest = index > *highest ? index : *highest;
        address += version->vna_next;
    } while (version->vna_next != 0);
    return true;
}

static bool read_needed(const struct elf_image *image, uint64_t address, unsigned *highest)
{
    unsigned steps = 0;
    const ElfW(Verneed) * library;
    do {
        library = elf_at(image, address, sizeof *library, 4);
        const char *name = library == NULL ? NULL : elf_string(image, library->vn_file);
        if (name == NULL || !is_needed(image, name) ||
            !read_needed_of(image, address + library->vn_aux, &steps, highest))
            return false;
        address += library->vn_next;
    } while (library->vn_next != 0);
    return true;
}

static bool read_defined(const struct elf_image *image, uint64_t address, unsigned *highest)
{
    unsigned steps = 0;
    const ElfW(Verdef) * version;
    do {
        version = elf_at(image, address, sizeof *version, 4);
        const ElfW(Verdaux) *name = version == NULL
                                        ? NULL
                                        : elf_at(image, address + version->vd_aux, sizeof *name, 4);
        if (name == NULL || elf_string(image, name->vda_name) == NULL || ++steps > MAXIMUM_STEPS)
            return false;
        const unsigned index = version->vd_ndx & INDEX_MASK;
        *highest = index > *highest ? index : *highest;
        address += version->vd_next;
    } while (version->vd_next != 0);
    return true;
}

int32_t elf_check_versions(const struct elf_image *image)
{
    const ElfW(Dyn) *needed = elf_entry(image, DT_VERNEED);
    const ElfW(Dyn) *defined = elf_entry(image, DT_VERDEF);
    unsigned highest = 0;
    if ((needed != NULL && !read_needed(image, needed->d_un.d_ptr, &highest)) ||
        (defined != NULL && !read_defined(image, defined->d_un.d_ptr, &highest)))
        return fail(image);
    if (highest == 0) /* The table below is not used. */
        return GQL_OK;
    const uint16_t *indices = elf_at(image, elf_value(image, DT_VERSYM), image->symbol_count * 2,
                                     2);
    if (indices == NULL || elf_entry(image, DT_VERSYM) == NULL)
        return fail(image);
    for (uint64_t i = 0; i < image->symbol_count; i++)
        if ((indices[i] & INDEX_MASK) > highest)
            return fail(image);
    return GQL_OK;
}
