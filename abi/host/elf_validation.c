// SPDX-License-Identifier: MIT
#include "abi/host/elf_validation.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <link.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi/host/failure.h"

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

static int32_t check_header(const char *path, const ElfW(Ehdr) * header, gql_failure *failure)
{
    if (header->e_ident[EI_CLASS] != OWN_CLASS || header->e_ident[EI_DATA] != OWN_ORDER ||
        (OWN_MACHINE != EM_NONE && header->e_machine != OWN_MACHINE))
        return gql_fail(
            failure, GQL_E_UNAVAILABLE,
            "%s: built for another machine (ELF machine %u, %s); this host needs machine %u, %s",
            path, (unsigned)header->e_machine,
            header->e_ident[EI_CLASS] == ELFCLASS64 ? "64 bits" : "32 bits", (unsigned)OWN_MACHINE,
            OWN_CLASS == ELFCLASS64 ? "64 bits" : "32 bits");
    if (header->e_type != ET_DYN || header->e_phentsize != sizeof(ElfW(Phdr)))
        return gql_fail(failure, GQL_E_UNAVAILABLE, "%s: an ELF file, but not a shared object",
                        path);
    return GQL_OK;
}

/* Every segment must lie within the file. */
static int32_t check_segments(const char *path, int file, const ElfW(Ehdr) * header,
                              uint64_t file_size, gql_failure *failure)
{
    for (unsigned i = 0; i < header->e_phnum; i++) {
        ElfW(Phdr) segment;
        const bool read = read_at(file, &segment, sizeof segment,
                                  header->e_phoff + i * sizeof segment);
        if (!read || segment.p_filesz > file_size ||
            segment.p_offset > file_size - segment.p_filesz)
            return gql_fail(failure, GQL_E_UNAVAILABLE,
                            "%s: truncated: shorter (%" PRIu64
                            " bytes) than its headers say; copy it again",
                            path, file_size);
    }
    return GQL_OK;
}

static int32_t check_open_file(const char *path, int file, gql_failure *failure)
{
    struct stat status;
    ElfW(Ehdr) header;
    if (fstat(file, &status) != 0)
        return gql_fail(failure, GQL_E_UNAVAILABLE, "%s: %s", path, strerror(errno));
    if (!S_ISREG(status.st_mode))
        return gql_fail(failure, GQL_E_UNAVAILABLE, "%s: not a regular file", path);
    if (status.st_size == 0)
        return gql_fail(failure, GQL_E_UNAVAILABLE, "%s: the file is empty", path);
    char magic[SELFMAG];
    if (!read_at(file, magic, sizeof magic, 0) || memcmp(magic, ELFMAG, SELFMAG) != 0)
        return gql_fail(failure, GQL_E_UNAVAILABLE, "%s: not a plugin: not an ELF file", path);
    if (!read_at(file, &header, sizeof header, 0))
        return gql_fail(failure, GQL_E_UNAVAILABLE,
                        "%s: truncated within the ELF header; copy it again", path);
    const int32_t code = check_header(path, &header, failure);
    return code != GQL_OK ? code
                          : check_segments(path, file, &header, (uint64_t)status.st_size, failure);
}

int32_t gql_elf_validate(const char *path, gql_failure *failure)
{
    /* O_NONBLOCK: opening a pipe would wait for a writer. */
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return gql_fail(failure, GQL_E_UNAVAILABLE, "%s: %s", path, strerror(errno));
    const int32_t code = check_open_file(path, file, failure);
    close(file);
    return code;
}
