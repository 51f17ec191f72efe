// SPDX-License-Identifier: MIT
/*
 * usage: elf_mutations PLUGIN COUNT [SEED]
 *
 * Opens COUNT damaged copies of a plugin with gql_library_open, each in a process of its own. The
 * damage is in what the loader trusts: headers, the dynamic section, and the tables that it names.
 * Fails if a process crashes, or if no copy was refused and none opened.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gql_host.h"

enum { MOST_REGIONS = 64, OPENED = 0, REFUSED = 1, SHOWN = 10 };

struct region {
    uint64_t offset;
    uint64_t size;
};

struct subject {
    const char *path; /* Of the damaged copies. */
    unsigned char *original;
    unsigned char *copy;
    size_t size;
    struct region regions[MOST_REGIONS];
    size_t region_count;
};

struct counts {
    unsigned long opened;
    unsigned long refused;
    unsigned long crashed;
};

static uint64_t state;

/* xorshift64*, so that a seed gives the same damage everywhere. */
static uint64_t draw(uint64_t below)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (state * UINT64_C(2685821657736338717) >> 11) % below;
}

static void add_region(struct subject *subject, uint64_t offset, uint64_t size)
{
    if (size >= 8 && subject->region_count < MOST_REGIONS)
        subject->regions[subject->region_count++] = (struct region){offset, size};
}

/* Headers and the dynamic section are listed several times: most damage shall be there. */
static void find_regions(struct subject *subject)
{
    const ElfW(Ehdr) *header = (const void *)subject->original;
    const ElfW(Phdr) *segments = (const void *)(subject->original + header->e_phoff);
    const ElfW(Shdr) *sections = (const void *)(subject->original + header->e_shoff);
    for (int i = 0; i < 4; i++) {
        add_region(subject, 0, sizeof *header);
        add_region(subject, header->e_phoff, header->e_phnum * sizeof *segments);
        add_region(subject, header->e_phoff, header->e_phnum * sizeof *segments);
        for (unsigned k = 0; k < header->e_phnum; k++)
            if (segments[k].p_type == PT_DYNAMIC) {
                add_region(subject, segments[k].p_offset, segments[k].p_filesz);
                add_region(subject, segments[k].p_offset, segments[k].p_filesz);
            }
    }
    add_region(subject, header->e_shoff, header->e_shnum * sizeof *sections);
    for (unsigned i = 0; i < header->e_shnum; i++)
        if (sections[i].sh_type == SHT_GNU_HASH || sections[i].sh_type == SHT_HASH ||
            sections[i].sh_type == SHT_GNU_verneed || sections[i].sh_type == SHT_GNU_verdef ||
            sections[i].sh_type == SHT_GNU_versym)
            add_region(subject, sections[i].sh_offset, sections[i].sh_size);
}

static uint64_t draw_number(const struct subject *subject)
{
    static const uint64_t numbers[] = {0,      1,          7,          0x7f,   0xff,
                                       0xffff, 0x7fffffff, 0xffffffff, 0x1000, 1 << 20};
    switch (draw(5)) {
    case 0:
        return numbers[draw(sizeof numbers / sizeof numbers[0])];
    case 1:
        return UINT64_MAX - draw(4096);
    case 2:
        return draw(subject->size * 2);
    case 3:
        return UINT64_C(1) << draw(64);
    default:
        return draw(64);
    }
}

static void damage(const struct subject *subject)
{
    const struct region *region = &subject->regions[draw(subject->region_count)];
    unsigned char *start = subject->copy + region->offset;
    unsigned char *word = start + draw(region->size / 8) * 8;
    uint64_t value;
    memcpy(&value, word, sizeof value);
    const uint64_t number = draw_number(subject);
    switch (draw(6)) {
    case 0:
        start[draw(region->size)] ^= (unsigned char)(1u << draw(8));
        break;
    case 1:
        start[draw(region->size)] = (unsigned char)draw(256);
        break;
    case 2:
        memcpy(word, &number, 8);
        break;
    case 3:
        memcpy(word + (draw(2) ? 4 : 0), &number, 4);
        break;
    case 4:
        value += draw(2) ? draw(4097) : -draw(4097);
        memcpy(word, &value, 8);
        break;
    default: /* A word of another place. */
        memcpy(word, start + draw(region->size / 8) * 8, 8);
        break;
    }
}

static void write_copy(const struct subject *subject)
{
    unlink(subject->path);
    FILE *file = fopen(subject->path, "wb");
    if (file == NULL || fwrite(subject->copy, 1, subject->size, file) != subject->size ||
        fclose(file) != 0) {
        perror(subject->path);
        exit(2);
    }
}

static int open_copy(const struct subject *subject)
{
    const struct rlimit none = {0, 0};
    gql_runtime *runtime = NULL;
    gql_library *library = NULL;
    setrlimit(RLIMIT_CORE, &none);
    if (freopen("/dev/null", "w", stderr) == NULL ||
        gql_runtime_create(&(gql_runtime_options){.name = "test", .version = "1"}, &runtime,
                           NULL) != GQL_OK)
        return 2;
    alarm(60);
    if (gql_library_open(runtime, subject->path, &library, NULL) != GQL_OK)
        return REFUSED;
    gql_library_close(&library, true);
    return OPENED;
}

static void try_one(const struct subject *subject, unsigned long number, struct counts *counts)
{
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0)
        _exit(open_copy(subject));
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child) {
        perror("fork");
        exit(2);
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == OPENED) {
        counts->opened++;
    } else if (WIFEXITED(status) && WEXITSTATUS(status) == REFUSED) {
        counts->refused++;
    } else if (counts->crashed++ < SHOWN) {
        char kept[512];
        snprintf(kept, sizeof kept, "%s.crash-%lu", subject->path, number);
        if (rename(subject->path, kept) == 0)
            printf("# copy %lu: status %#x, kept as %s\n", number, (unsigned)status, kept);
    }
}

static void read_original(struct subject *subject, const char *plugin)
{
    FILE *file = fopen(plugin, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        perror(plugin);
        exit(2);
    }
    subject->size = (size_t)ftell(file);
    rewind(file);
    subject->original = malloc(subject->size);
    subject->copy = malloc(subject->size);
    if (subject->original == NULL || subject->copy == NULL ||
        fread(subject->original, 1, subject->size, file) != subject->size) {
        perror(plugin);
        exit(2);
    }
    fclose(file);
    find_regions(subject);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: elf_mutations PLUGIN COUNT [SEED]\n");
        return 2;
    }
    const unsigned long count = strtoul(argv[2], NULL, 10);
    char path[] = "/tmp/gql-elf-XXXXXX";
    struct subject subject = {.path = path};
    struct counts counts = {0};
    state = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
    state = state == 0 ? 1 : state;
    close(mkstemp(path));
    read_original(&subject, argv[1]);
    for (unsigned long i = 0; i < count; i++) {
        memcpy(subject.copy, subject.original, subject.size);
        for (uint64_t more = draw(4) == 0 ? 1 + draw(4) : 1; more > 0; more--)
            damage(&subject);
        write_copy(&subject);
        try_one(&subject, i, &counts);
    }
    unlink(path);
    free(subject.original);
    free(subject.copy);
    const bool passed = counts.crashed == 0 && counts.opened > 0 && counts.refused > 0;
    printf("1..1\n%s 1 - %lu damaged copies: %lu opened, %lu refused, %lu crashed\n",
           passed ? "ok" : "not ok", count, counts.opened, counts.refused, counts.crashed);
    return passed ? 0 : 1;
}
