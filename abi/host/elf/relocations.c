// SPDX-License-Identifier: MIT
/* The relocations: addresses to which the loader writes, and what it writes there. */
#include <string.h>

#include "abi/host/base/failure.h"
#include "abi/host/elf/image.h"

#if defined(__x86_64__)
enum { TYPE_NONE = R_X86_64_NONE, TYPE_RELATIVE = R_X86_64_RELATIVE };
#elif defined(__aarch64__)
enum { TYPE_NONE = R_AARCH64_NONE, TYPE_RELATIVE = R_AARCH64_RELATIVE };
#else
enum { TYPE_NONE = 0, TYPE_RELATIVE = -1 }; /* Not known: not checked. */
#endif

#if __ELF_NATIVE_CLASS == 64
#define SYMBOL_OF(info) ELF64_R_SYM(info)
#define TYPE_OF(info) ELF64_R_TYPE(info)
#else
#define SYMBOL_OF(info) ELF32_R_SYM(info)
#define TYPE_OF(info) ELF32_R_TYPE(info)
#endif

enum { WORD = sizeof(ElfW(Addr)) };

/* The functions that the loader calls, which are known only after the relocation. */
struct functions {
    uint64_t start;
    uint64_t size;
    uint64_t relocated; /* How many of them. */
};

struct relocations {
    const struct elf_image *image;
    uint32_t target_flags; /* Of the segments that are written to. */
    struct functions lists[2];
};

static int32_t fail(const struct elf_image *image)
{
    return elf_fail_damaged(image, "a relocation lies outside of its memory");
}

static struct functions *list_at(struct relocations *all, uint64_t address)
{
    for (size_t i = 0; i < 2; i++)
        if (address >= all->lists[i].start && address - all->lists[i].start < all->lists[i].size)
            return &all->lists[i];
    return NULL;
}

/* `value` is what a relative relocation adds the load address to. */
static int32_t check_relative(struct relocations *all, uint64_t address, uint64_t value)
{
    struct functions *list = list_at(all, address);
    if (elf_loaded(all->image, value, list == NULL ? 0 : 1, list == NULL ? 0 : PF_X) == NULL)
        return fail(all->image);
    if (list != NULL)
        list->relocated++;
    return GQL_OK;
}

static int32_t check_one(struct relocations *all, const ElfW(Rela) * entry, bool has_addend,
                         bool must_be_relative)
{
    const int type = (int)TYPE_OF(entry->r_info);
    if (type == TYPE_NONE)
        return GQL_OK;
    if (SYMBOL_OF(entry->r_info) >= all->image->symbol_count ||
        elf_loaded(all->image, entry->r_offset, WORD, all->target_flags) == NULL ||
        (must_be_relative && TYPE_RELATIVE >= 0 && type != TYPE_RELATIVE))
        return fail(all->image);
    if (type == TYPE_RELATIVE && has_addend)
        return check_relative(all, entry->r_offset, (uint64_t)entry->r_addend);
    struct functions *list = list_at(all, entry->r_offset);
    if (list != NULL)
        list->relocated++;
    return GQL_OK;
}

/* An entry without an addend is the beginning of one with it. */
static int32_t check_table(struct relocations *all, int64_t tag, uint64_t size, uint64_t relative,
                           bool has_addends)
{
    const size_t each = has_addends ? sizeof(ElfW(Rela)) : sizeof(ElfW(Rel));
    const char *entries = elf_at(all->image, elf_value(all->image, tag), size, WORD);
    if (entries == NULL || size % each != 0)
        return fail(all->image);
    int32_t code = GQL_OK;
    for (uint64_t i = 0; code == GQL_OK && i < size / each; i++) {
        ElfW(Rela) entry = {0};
        memcpy(&entry, entries + i * each, each);
        code = check_one(all, &entry, has_addends, i < relative);
    }
    return code;
}

#ifdef DT_RELR
static int32_t check_packed_at(struct relocations *all, uint64_t address)
{
    const ElfW(Addr) *value = elf_at(all->image, address, WORD, WORD);
    if (value == NULL || elf_loaded(all->image, address, WORD, all->target_flags) == NULL)
        return fail(all->image);
    return check_relative(all, address, *value);
}

/* An even entry is an address; an odd one has a bit for each of the words that follow. */
static int32_t check_packed(struct relocations *all, uint64_t size)
{
    const struct elf_image *image = all->image;
    const ElfW(Addr) *entries = elf_at(image, elf_value(image, DT_RELR), size, WORD);
    if (entries == NULL || size % WORD != 0 || elf_value(image, DT_RELRENT) != WORD)
        return fail(image);
    int32_t code = GQL_OK;
    uint64_t next = 0;
    for (uint64_t i = 0; code == GQL_OK && i < size / WORD; i++) {
        if ((entries[i] & 1) == 0) {
            code = check_packed_at(all, entries[i]);
            next = entries[i] + WORD;
            continue;
        }
        for (unsigned bit = 1; code == GQL_OK && bit < WORD * 8; bit++)
            if (entries[i] >> bit & 1)
                code = check_packed_at(all, next + (uint64_t)(bit - 1) * WORD);
        next += (WORD * 8 - 1) * (uint64_t)WORD;
    }
    return code;
}
#endif

static int32_t check_tables(struct relocations *all)
{
    const struct elf_image *image = all->image;
    int32_t code = GQL_OK;
    if (elf_entry(image, DT_RELA) != NULL)
        code = check_table(all, DT_RELA, elf_value(image, DT_RELASZ),
                           elf_value(image, DT_RELACOUNT), true);
    if (code == GQL_OK && elf_entry(image, DT_REL) != NULL)
        code = check_table(all, DT_REL, elf_value(image, DT_RELSZ), elf_value(image, DT_RELCOUNT),
                           false);
    if (code == GQL_OK && elf_entry(image, DT_JMPREL) != NULL)
        code = check_table(all, DT_JMPREL, elf_value(image, DT_PLTRELSZ), 0,
                           elf_value(image, DT_PLTREL) == DT_RELA);
#ifdef DT_RELR
    if (code == GQL_OK && elf_entry(image, DT_RELR) != NULL)
        code = check_packed(all, elf_value(image, DT_RELRSZ));
#endif
    return code;
}

int32_t elf_check_relocations(const struct elf_image *image)
{
    /* With DT_TEXTREL the loader makes code writable while it relocates. */
    const bool in_code = elf_entry(image, DT_TEXTREL) != NULL ||
                         (elf_value(image, DT_FLAGS) & DF_TEXTREL) != 0;
    struct relocations all = {
        .image = image,
        .target_flags = in_code ? PF_R : PF_W,
        .lists = {{elf_value(image, DT_INIT_ARRAY), elf_value(image, DT_INIT_ARRAYSZ), 0},
                  {elf_value(image, DT_FINI_ARRAY), elf_value(image, DT_FINI_ARRAYSZ), 0}}};
    const int32_t code = check_tables(&all);
    if (code != GQL_OK || TYPE_RELATIVE < 0)
        return code;
    for (size_t i = 0; i < 2; i++)
        if (all.lists[i].relocated < all.lists[i].size / WORD)
            return elf_fail_damaged(image, "an initialization has no address");
    return GQL_OK;
}
