// SPDX-License-Identifier: MIT
#include "abi/host/elf/machine.h"

#include <elf.h>
#include <stddef.h>
#include <stdio.h>

/* NULL for one without a name here. */
static const char *processor_name(unsigned machine)
{
    static const struct {
        unsigned machine;
        const char *name;
    } known[] = {
        {EM_386, "i386"},      {EM_MIPS, "Mips"},    {EM_PPC64, "Power"},
        {EM_S390, "IBM Z"},    {EM_ARM, "Arm"},      {EM_X86_64, "x86-64"},
        {EM_AARCH64, "Arm64"}, {EM_RISCV, "RISC-V"}, {258, "LoongArch"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].machine == machine)
            return known[i].name;
    return NULL;
}

struct elf_machine_text elf_machine_text(unsigned machine, unsigned bits, unsigned order)
{
    struct elf_machine_text machine_text;
    const char *name = processor_name(machine);
    char number[32];
    snprintf(number, sizeof number, "ELF machine %u", machine);
    snprintf(machine_text.text, sizeof machine_text.text, "%s (%s bits, %s endian)",
             name == NULL ? number : name, bits == ELFCLASS64 ? "64" : "32",
             order == ELFDATA2MSB ? "big" : "little");
    return machine_text;
}
