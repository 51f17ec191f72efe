// SPDX-License-Identifier: MIT
#include "abi/host/elf/validation.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi/host/base/failure.h"
#include "abi/host/elf/image.h"
#include "abi/host/elf/machine.h"

#if defined(__x86_64__)
#define OWN_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define OWN_MACHINE EM_AARCH64
#elif defined(__i386__)
#define OWN_MACHINE EM_386
#elif defined(__arm__)
#define OWN_MACHINE EM_ARM
#elif defined(__riscv)
#define OWN_MACHINE EM_RISCV
#elif defined(__powerpc64__)
#define OWN_MACHINE EM_PPC64
#elif defined(__s390x__)
#define OWN_MACHINE EM_S390
#else
#define OWN_MACHINE EM_NONE /* Left to dlopen. */
#endif

#define OWN_CLASS (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32)
#define OWN_ORDER (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB)

static bool read_at(int file, void *target, size_t size, uint64_t offset)
{
    ssize_t got;
    do
        got = pread(file, target, size, (off_t)offset);
    while (got < 0 && errno == EINTR);
    return got >= 0 && (size_t)got == size;
}

static int32_t check_header(struct elf_image *image)
{
    const ElfW(Ehdr) *header = image->header;
    const bool swapped = header->e_ident[EI_DATA] != OWN_ORDER;
    const unsigned machine = swapped ? __builtin_bswap16(header->e_machine) : header->e_machine;
    if (header->e_ident[EI_CLASS] != OWN_CLASS || swapped ||
        (OWN_MACHINE != EM_NONE && header->e_machine != OWN_MACHINE))
        return gql_fail(
            image->failure, GQL_E_UNAVAILABLE,
            "%s: built for another machine: %s; this host needs a build for %s", image->path,
            elf_machine_text(machine, header->e_ident[EI_CLASS], header->e_ident[EI_DATA]).text,
            elf_machine_text(OWN_MACHINE, OWN_CLASS, OWN_ORDER).text);
    if (header->e_type != ET_DYN || header->e_phentsize != sizeof(ElfW(Phdr)))
        return gql_fail(image->failure, GQL_E_UNAVAILABLE,
                        "%s: an ELF file, but not a shared object", image->path);
    return GQL_OK;
}

int32_t elf_check_image(struct elf_image *image)
{
    static int32_t (*const checks[])(struct elf_image *) = {
        check_header,
        elf_check_segments,
        elf_check_dynamic,
        elf_check_symbols,
    };
    int32_t code = GQL_OK;
    for (size_t i = 0; code == GQL_OK && i < sizeof checks / sizeof checks[0]; i++)
        code = checks[i](image);
    if (code == GQL_OK)
        code = elf_check_versions(image);
    if (code == GQL_OK)
        code = elf_check_relocations(image);
    return code == GQL_OK ? elf_check_sections(image) : code;
}

/* Maps the file, as the loader will: neither survives that it is cut meanwhile. */
static int32_t map_and_check(const char *name, int file, size_t size, gql_failure *failure)
{
    void *data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0);
    if (data == MAP_FAILED)
        return gql_fail(failure, errno == ENOMEM ? GQL_E_NO_MEMORY : GQL_E_UNAVAILABLE, "%s: %s",
                        name, strerror(errno));
    struct elf_image image = {
        .path = name, .failure = failure, .data = data, .size = size, .header = data};
    const int32_t code = elf_check_image(&image);
    munmap(data, size);
    return code;
}

static int32_t check_open_file(const char *name, int file, gql_failure *failure)
{
    struct stat status;
    if (fstat(file, &status) != 0)
        return gql_fail(failure, GQL_E_UNAVAILABLE, "%s: %s", name, strerror(errno));
    if (!S_ISREG(status.st_mode))
        return gql_fail(failure, GQL_E_UNAVAILABLE, "%s: not a regular file", name);
    if (status.st_size == 0)
        return gql_fail(failure, GQL_E_UNAVAILABLE, "%s: the file is empty", name);
    char magic[SELFMAG];
    if (!read_at(file, magic, sizeof magic, 0) || memcmp(magic, ELFMAG, SELFMAG) != 0)
        return gql_fail(failure, GQL_E_UNAVAILABLE, "%s: not a plugin: not an ELF file", name);
    if ((uint64_t)status.st_size < sizeof(ElfW(Ehdr)))
        return gql_fail(failure, GQL_E_UNAVAILABLE,
                        "%s: truncated within the ELF header; copy it again", name);
    return map_and_check(name, file, (size_t)status.st_size, failure);
}

int32_t gql_elf_validate(const char *path, const char *name, gql_failure *failure)
{
    /* O_NONBLOCK: opening a pipe would wait for a writer. */
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return gql_fail(failure, GQL_E_UNAVAILABLE, "%s: %s", name, strerror(errno));
    const int32_t code = check_open_file(name, file, failure);
    close(file);
    return code;
}
