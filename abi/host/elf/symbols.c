// SPDX-License-Identifier: MIT
/* The symbols, and the hash tables by which the loader looks them up without any check. */
#include "abi/host/base/failure.h"
#include "abi/host/elf/image.h"

struct gnu_hash {
    uint32_t bucket_count;
    uint32_t first_symbol;
    uint32_t filter_count; /* Words of the Bloom filter, which follow. */
    uint32_t filter_shift;
};

static int32_t fail_hash(const struct elf_image *image)
{
    return elf_fail_damaged(image, "its hash table of symbols is inconsistent");
}

/* A library that defines no symbol does not tell their number. Linkers put the strings behind. */
static void count_by_place(struct elf_image *image)
{
    const uint64_t symbols = elf_value(image, DT_SYMTAB);
    const uint64_t strings = elf_value(image, DT_STRTAB);
    image->symbol_count = strings > symbols ? (strings - symbols) / sizeof *image->symbols : 1;
}

/* Symbols are in the order of the buckets, so the last chain ends with the last symbol. */
static int32_t count_by_gnu_hash(struct elf_image *image, uint64_t address)
{
    const struct gnu_hash *table = elf_at(image, address, sizeof *table, 4);
    if (table == NULL || table->bucket_count == 0 || table->filter_count == 0 ||
        (table->filter_count & (table->filter_count - 1)) != 0 || table->filter_shift > 31)
        return fail_hash(image);
    const uint64_t filter_size = (uint64_t)table->filter_count * sizeof(ElfW(Addr));
    const uint64_t buckets_at = address + sizeof *table + filter_size;
    const uint64_t buckets_size = (uint64_t)table->bucket_count * 4;
    if (elf_at(image, address, sizeof *table + filter_size + buckets_size, 4) == NULL)
        return fail_hash(image);
    const uint32_t *buckets = elf_at(image, buckets_at, buckets_size, 4);
    if (buckets == NULL)
        return fail_hash(image);
    uint64_t last = 0;
    for (uint32_t i = 0; i < table->bucket_count; i++) {
        if (buckets[i] != 0 && buckets[i] < table->first_symbol)
            return fail_hash(image);
        last = buckets[i] > last ? buckets[i] : last;
    }
    const uint32_t *chain;
    if (last == 0) {
        count_by_place(image);
        return GQL_OK;
    }
    do {
        chain = elf_at(image, buckets_at + buckets_size + (last - table->first_symbol) * 4, 4, 4);
        if (chain == NULL)
            return fail_hash(image);
        last++;
    } while ((*chain & 1) == 0);
    image->symbol_count = last;
    return GQL_OK;
}

/* Every symbol is in one chain, so all chains together are no longer than the table. */
static int32_t count_by_hash(struct elf_image *image, uint64_t address)
{
    const uint32_t *head = elf_at(image, address, 8, 4);
    const uint64_t size = head == NULL ? 0 : ((uint64_t)head[0] + head[1] + 2) * 4;
    if (head == NULL || head[0] == 0 || elf_at(image, address, size, 4) == NULL)
        return fail_hash(image);
    const uint32_t *buckets = head + 2;
    const uint32_t *chains = buckets + head[0];
    uint64_t steps = 0;
    for (uint32_t i = 0; i < head[0]; i++) {
        for (uint32_t symbol = buckets[i]; symbol != 0; symbol = chains[symbol])
            if (symbol >= head[1] || ++steps > head[1])
                return fail_hash(image);
    }
    image->symbol_count = head[1];
    return GQL_OK;
}

static bool is_sound(const struct elf_image *image, const ElfW(Sym) * symbol)
{
    const unsigned type = symbol->st_info & 15u;
    if (elf_string(image, symbol->st_name) == NULL)
        return false;
    if (symbol->st_shndx == SHN_UNDEF || symbol->st_shndx == SHN_ABS || type == STT_TLS)
        return true;
    const bool is_code = type == STT_FUNC || type == STT_GNU_IFUNC;
    /* Symbols of an end lie behind the last byte. */
    return elf_loaded(image, symbol->st_value, is_code ? 1 : 0, is_code ? PF_X : PF_R) != NULL;
}

int32_t elf_check_symbols(struct elf_image *image)
{
    const ElfW(Dyn) *gnu_hash = elf_entry(image, DT_GNU_HASH);
    const ElfW(Dyn) *hash = elf_entry(image, DT_HASH);
    if (gnu_hash == NULL && hash == NULL)
        return elf_fail_damaged(image, "it has no hash table of symbols");
    const int32_t code = gnu_hash != NULL ? count_by_gnu_hash(image, gnu_hash->d_un.d_ptr)
                                          : count_by_hash(image, hash->d_un.d_ptr);
    if (code != GQL_OK)
        return code;
    image->symbols = elf_at(image, elf_value(image, DT_SYMTAB),
                            image->symbol_count * sizeof *image->symbols, sizeof(ElfW(Addr)));
    if (image->symbols == NULL || elf_entry(image, DT_SYMTAB) == NULL)
        return elf_fail_damaged(image, "its table of symbols has an impossible place");
    for (uint64_t i = 1; i < image->symbol_count; i++)
        if (!is_sound(image, &image->symbols[i]))
            return elf_fail_damaged(image, "a symbol lies outside of its memory");
    return GQL_OK;
}
