// SPDX-License-Identifier: MIT
/*
 * An ELF file as the loader will map it. Everything is read through the functions below, which
 * return NULL or false for what lies outside of the file or of its segments.
 */
#ifndef GQL_ELF_IMAGE_H
#define GQL_ELF_IMAGE_H

#include <link.h>
#include <stdbool.h>
#include <stddef.h>

#include "gql_plugin.h"

struct elf_image {
    const char *path;
    gql_failure *failure;
    const unsigned char *data; /* The whole file, aligned to a page. */
    uint64_t size;
    const ElfW(Ehdr) * header;
    const ElfW(Phdr) * segments;
    unsigned segment_count;
    const ElfW(Dyn) * dynamic; /* Ends with DT_NULL. */
    const char *strings;       /* DT_STRTAB, whose last byte is NUL. */
    uint64_t strings_size;
    const ElfW(Sym) * symbols;
    uint64_t symbol_count;
};

/*
 * Sets all members behind `header`, which the caller has set with those before it: the file is at
 * least as long as the header, and has its magic number. The file may be opened by the loader once
 * this has returned GQL_OK.
 */
int32_t elf_check_image(struct elf_image *image);

/* The steps, in this order: each may be called only after the ones before it have succeeded. */
int32_t elf_check_segments(struct elf_image *image);
int32_t elf_check_dynamic(struct elf_image *image);
int32_t elf_check_symbols(struct elf_image *image);
int32_t elf_check_versions(const struct elf_image *image);
int32_t elf_check_relocations(const struct elf_image *image);
int32_t elf_check_sections(const struct elf_image *image);

/* Fails with "damaged: ". The message names no cure: the caller's is to copy the file again. */
int32_t elf_fail_damaged(const struct elf_image *image, const char *what);

/* A part of the file; NULL if it is not wholly inside or not aligned. */
const void *elf_part(const struct elf_image *image, uint64_t offset, uint64_t size,
                     uint64_t alignment);

/* The segment of type PT_LOAD that has the addresses, with all of `flags`; NULL: none. */
const ElfW(Phdr) *
    elf_loaded(const struct elf_image *image, uint64_t address, uint64_t size, uint32_t flags);

/* What the file has at an address; NULL if it is not wholly in the file or not aligned. */
const void *elf_at(const struct elf_image *image, uint64_t address, uint64_t size,
                   uint64_t alignment);

/* The last entry of a tag, which is the one that counts; NULL: none. */
const ElfW(Dyn) * elf_entry(const struct elf_image *image, int64_t tag);

/* The value of an entry; 0: none. */
uint64_t elf_value(const struct elf_image *image, int64_t tag);

/* The string at an offset of DT_STRTAB; NULL if it lies outside. */
const char *elf_string(const struct elf_image *image, uint64_t offset);

#endif
