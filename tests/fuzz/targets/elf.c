// SPDX-License-Identifier: MIT
/*
 * ELF files, as the host library checks them before it lets the loader open them: no read outside
 * of the file, and an accepted file is wholly there. tests/fuzz/elf.sh opens such files.
 */
#include <stdlib.h>
#include <string.h>

#include "abi/host/elf/image.h"
#include "tests/fuzz/fuzz.h"

enum { PAGE = 4096 };

static void check_accepted(const struct elf_image *image)
{
    EXPECT(image->segment_count == image->header->e_phnum && image->segment_count > 0);
    for (unsigned i = 0; i < image->segment_count; i++) {
        const ElfW(Phdr) *segment = &image->segments[i];
        EXPECT(segment->p_filesz <= image->size &&
                   segment->p_offset <= image->size - segment->p_filesz,
               "segment %u", i);
    }
    EXPECT(image->strings_size > 0 && image->strings[image->strings_size - 1] == '\0');
    for (uint64_t i = 1; i < image->symbol_count; i++) /* The first is none. */
        EXPECT(elf_string(image, image->symbols[i].st_name) != NULL, "symbol %u", (unsigned)i);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    gql_failure failure = {.struct_size = sizeof failure};
    if (size < sizeof(ElfW(Ehdr)))
        return 0;
    void *file = NULL;
    EXPECT(posix_memalign(&file, PAGE, size) == 0);
    memcpy(file, data, size);
    memcpy(file, ELFMAG, SELFMAG);
    struct elf_image image = {
        .path = "file", .failure = &failure, .data = file, .size = size, .header = file};
    if (elf_check_image(&image) == GQL_OK)
        check_accepted(&image);
    else
        fuzz_check_message(failure.message);
    free(file);
    return 0;
}
