// SPDX-License-Identifier: MIT
#include "abi/check/inspect/elf_symbols.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

Test(elf_symbols, survives_every_broken_byte_of_the_headers)
{
    struct elf_symbols whole;
    cr_assert(elf_symbols_open(HELLO_PATH, &whole));
    cr_expect(elf_symbols_imports_any(&whole, "json_"));
    cr_expect_not_null(elf_symbols_section(&whole, ".dynamic"));
    cr_expect_null(elf_symbols_section(&whole, ".no-such-section"));
    char path[] = "/tmp/gql-elf-symbols-XXXXXX";
    const int file = mkstemp(path);
    FILE *out = fdopen(file, "wb");
    fwrite(whole.data, 1, whole.size, out);
    for (size_t i = 0; i < 64; i++) {
        struct elf_symbols broken;
        fseek(out, (long)i, SEEK_SET);
        fputc(whole.data[i] ^ 0x7F, out);
        fflush(out);
        cr_assert(elf_symbols_open(path, &broken));
        for (size_t k = 0; k < broken.symbol_count; k++)
            elf_symbols_name(&broken, &broken.symbols[k]);
        elf_symbols_section(&broken, ".no-such-section");
        elf_symbols_dynamic(&broken, DT_INIT_ARRAYSZ);
        elf_symbols_close(&broken);
        fseek(out, (long)i, SEEK_SET);
        fputc(whole.data[i], out);
    }
    fclose(out);
    remove(path);
    elf_symbols_close(&whole);
    cr_expect(!elf_symbols_open("/nowhere", &whole));
}
