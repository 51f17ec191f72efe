// SPDX-License-Identifier: MIT
/* What a file is built for, in words. */
#ifndef HOST_ELF_MACHINE_H
#define HOST_ELF_MACHINE_H

struct elf_machine_text {
    char text[64]; /* NUL-terminated: `Arm64 (64 bits, little endian)`. */
};

/* `machine`: e_machine. `bits`, `order`: e_ident[EI_CLASS] and e_ident[EI_DATA]. */
struct elf_machine_text elf_machine_text(unsigned machine, unsigned bits, unsigned order);

#endif
