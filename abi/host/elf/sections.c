// SPDX-License-Identifier: MIT
/*
 * The section headers, which the loader does not read. They say once more where everything is, so
 * a difference shows damage that program headers and dynamic section alone can't. A file without
 * them is not refused.
 */
#include <inttypes.h>
#include <string.h>

#include "abi/host/base/failure.h"
#include "abi/host/elf/image.h"

struct sections {
    const ElfW(Shdr) * all;
    unsigned count;
    const ElfW(Shdr) * names; /* The section of their names. */
};

/* The entries of the dynamic section that repeat where the sections of a type are. */
struct repeated {
    uint32_t type;
    int64_t address;
    int64_t size; /* DT_NULL: not repeated. */
};

static bool agrees(const struct elf_image *image, const ElfW(Shdr) * section,
                   const struct repeated *repeated)
{
    const ElfW(Dyn) *address = elf_entry(image, repeated->address);
    if (address == NULL || section->sh_addr < address->d_un.d_ptr)
        return false;
    const uint64_t offset = section->sh_addr - address->d_un.d_ptr;
    if (repeated->size == DT_NULL)
        return offset == 0;
    const uint64_t size = elf_value(image, repeated->size);
    /* A table may have several sections. */
    return offset <= size && section->sh_size <= size - offset;
}

static bool agrees_with_dynamic(const struct elf_image *image, const ElfW(Shdr) * section)
{
    static const struct repeated table[] = {
        {SHT_DYNSYM, DT_SYMTAB, DT_NULL},
        {SHT_HASH, DT_HASH, DT_NULL},
        {SHT_GNU_HASH, DT_GNU_HASH, DT_NULL},
        {SHT_GNU_versym, DT_VERSYM, DT_NULL},
        {SHT_GNU_verneed, DT_VERNEED, DT_NULL},
        {SHT_GNU_verdef, DT_VERDEF, DT_NULL},
        {SHT_INIT_ARRAY, DT_INIT_ARRAY, DT_INIT_ARRAYSZ},
        {SHT_FINI_ARRAY, DT_FINI_ARRAY, DT_FINI_ARRAYSZ},
        {SHT_RELA, DT_RELA, DT_RELASZ},
        {SHT_RELA, DT_JMPREL, DT_PLTRELSZ},
        {SHT_REL, DT_REL, DT_RELSZ},
        {SHT_REL, DT_JMPREL, DT_PLTRELSZ},
#if defined(SHT_RELR) && defined(DT_RELR)
        {SHT_RELR, DT_RELR, DT_RELRSZ},
#endif
    };
    bool repeated = false;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (table[i].type != section->sh_type)
            continue;
        repeated = true;
        if (agrees(image, section, &table[i]))
            return true;
    }
    return !repeated;
}

static bool is_in_tls(const struct elf_image *image, const ElfW(Shdr) * section)
{
    for (unsigned i = 0; i < image->segment_count; i++) {
        const ElfW(Phdr) *segment = &image->segments[i];
        if (segment->p_type == PT_TLS && section->sh_addr >= segment->p_vaddr &&
            section->sh_size <= segment->p_memsz &&
            section->sh_addr - segment->p_vaddr <= segment->p_memsz - section->sh_size)
            return true;
    }
    return false;
}

static bool agrees_with_segments(const struct elf_image *image, const ElfW(Shdr) * section)
{
    const bool in_file = section->sh_type != SHT_NOBITS;
    const bool is_tls = (section->sh_flags & SHF_TLS) != 0;
    if (section->sh_size == 0)
        return true;
    if (is_tls && !is_in_tls(image, section))
        return false;
    if (is_tls && !in_file)
        return true;
    const uint32_t flags = PF_R | ((section->sh_flags & SHF_WRITE) != 0 ? PF_W : 0) |
                           ((section->sh_flags & SHF_EXECINSTR) != 0 ? PF_X : 0);
    const ElfW(Phdr) *segment = elf_loaded(image, section->sh_addr, section->sh_size, flags);
    return segment != NULL &&
           (!in_file ||
            (elf_at(image, section->sh_addr, section->sh_size, 1) != NULL &&
             section->sh_addr - section->sh_offset == segment->p_vaddr - segment->p_offset));
}

/* Whether a table of symbols has a function at the address. */
static bool has_function(const struct elf_image *image, const ElfW(Shdr) * section,
                         uint64_t address)
{
    const ElfW(Sym) *symbols = elf_part(image, section->sh_offset, section->sh_size,
                                        sizeof(ElfW(Addr)));
    for (uint64_t i = 0; symbols != NULL && i < section->sh_size / sizeof *symbols; i++)
        if ((symbols[i].st_info & 15u) == STT_FUNC && symbols[i].st_shndx != SHN_UNDEF &&
            symbols[i].st_value == address)
            return true;
    return false;
}

static bool has_name(const struct elf_image *image, const struct sections *sections,
                     const ElfW(Shdr) * section, const char *name)
{
    const uint64_t size = strlen(name) + 1;
    const ElfW(Shdr) *names = sections->names;
    const char *found = elf_part(image, names->sh_offset, names->sh_size, 1);
    return found != NULL && section->sh_name < names->sh_size &&
           size <= names->sh_size - section->sh_name &&
           memcmp(found + section->sh_name, name, size) == 0;
}

/*
 * What the loader calls is the section of that name, or a function with a symbol. A plugin must not
 * run code of its own when it is loaded, so one that was also stripped is not worth an exception.
 */
static bool is_function(const struct elf_image *image, const struct sections *sections,
                        const char *name, uint64_t address)
{
    for (unsigned i = 1; i < sections->count; i++) {
        const ElfW(Shdr) *each = &sections->all[i];
        const bool is_table = each->sh_type == SHT_SYMTAB || each->sh_type == SHT_DYNSYM;
        if ((each->sh_addr == address && has_name(image, sections, each, name)) ||
            (is_table && has_function(image, each, address)))
            return true;
    }
    return false;
}

static bool agrees_with_functions(const struct elf_image *image, const struct sections *sections)
{
    const ElfW(Dyn) *start = elf_entry(image, DT_INIT);
    const ElfW(Dyn) *end = elf_entry(image, DT_FINI);
    return (start == NULL || is_function(image, sections, ".init", start->d_un.d_ptr)) &&
           (end == NULL || is_function(image, sections, ".fini", end->d_un.d_ptr));
}

static bool agrees_with_strings(const struct elf_image *image, const struct sections *sections)
{
    for (unsigned i = 1; i < sections->count; i++) {
        const ElfW(Shdr) *each = &sections->all[i];
        if (each->sh_type != SHT_DYNSYM)
            continue;
        const ElfW(Shdr) *names = each->sh_link < sections->count ? &sections->all[each->sh_link]
                                                                  : NULL;
        if (names == NULL || names->sh_addr != elf_value(image, DT_STRTAB) ||
            names->sh_size != image->strings_size)
            return false;
    }
    return true;
}

/* False if the headers do not lie in the file. */
static bool find_sections(const struct elf_image *image, struct sections *sections)
{
    const ElfW(Ehdr) *header = image->header;
    const uint64_t size = (uint64_t)header->e_shnum * sizeof *sections->all;
    sections->all = elf_part(image, header->e_shoff, size, sizeof(ElfW(Addr)));
    sections->count = header->e_shnum;
    if (sections->all == NULL || header->e_shentsize != sizeof *sections->all ||
        header->e_shstrndx >= header->e_shnum)
        return false;
    sections->names = &sections->all[header->e_shstrndx];
    return true;
}

int32_t elf_check_sections(const struct elf_image *image)
{
    struct sections sections;
    if (image->header->e_shnum == 0 && image->header->e_shoff == 0)
        return GQL_OK;
    if (!find_sections(image, &sections))
        return gql_fail(image->failure, GQL_E_UNAVAILABLE,
                        "%s: truncated: shorter (%" PRIu64
                        " bytes) than its section headers say; copy it again",
                        image->path, image->size);
    if (!agrees_with_functions(image, &sections))
        return gql_fail(image->failure, GQL_E_UNAVAILABLE,
                        "%s: damaged: what runs when it is loaded is neither `.init` nor a "
                        "function with a symbol; copy it again, or link without -init and -fini",
                        image->path);
    bool agreed = agrees_with_strings(image, &sections);
    for (unsigned i = 1; agreed && i < sections.count; i++)
        agreed = (sections.all[i].sh_flags & SHF_ALLOC) == 0 ||
                 (agrees_with_segments(image, &sections.all[i]) &&
                  agrees_with_dynamic(image, &sections.all[i]));
    return agreed ? GQL_OK
                  : elf_fail_damaged(image, "its section headers contradict what is loaded");
}
