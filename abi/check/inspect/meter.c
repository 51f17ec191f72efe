// SPDX-License-Identifier: MIT
#include "abi/check/inspect/meter.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* From AddressSanitizer, whose allocator mallinfo2 does not see; NULL without the sanitizer. */
__attribute__((weak)) size_t __sanitizer_get_current_allocated_bytes(void);

static void close_file(FILE *file)
{
    if (file != NULL)
        fclose(file);
}

static uint64_t count_entries(const char *folder)
{
    uint64_t count = 0;
    DIR *entries = opendir(folder);
    for (const struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;)
        count += entry->d_name[0] != '.';
    if (entries != NULL)
        closedir(entries);
    return count;
}

uint64_t meter_threads(void)
{
    return count_entries("/proc/self/task");
}

uint64_t meter_descriptors(void)
{
    /* Includes the descriptor that reads the folder, each time. */
    return count_entries("/proc/self/fd");
}

/* ---- Waits for a processor ---- */

/* The second number of schedstat. False if the thread has ended, or the kernel has no such file. */
static bool read_wait(const char *thread, uint64_t *ret_ns)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%.16s/schedstat", thread);
    FILE *file = fopen(path, "re");
    const bool read = file != NULL && fscanf(file, "%*u %" SCNu64, ret_ns) == 1;
    close_file(file);
    return read;
}

bool meter_waits(struct meter_waits *ret_waits)
{
    DIR *threads = opendir("/proc/self/task");
    ret_waits->count = 0;
    for (const struct dirent *entry; threads != NULL && (entry = readdir(threads)) != NULL;) {
        const size_t i = ret_waits->count;
        if (i == METER_THREADS || entry->d_name[0] == '.' ||
            !read_wait(entry->d_name, &ret_waits->threads[i].ns))
            continue;
        ret_waits->threads[i].thread = strtol(entry->d_name, NULL, 10);
        ret_waits->count++;
    }
    if (threads != NULL)
        closedir(threads);
    return ret_waits->count > 0;
}

static uint64_t wait_of(const struct meter_waits *waits, long thread)
{
    for (size_t i = 0; i < waits->count; i++)
        if (waits->threads[i].thread == thread)
            return waits->threads[i].ns;
    return 0;
}

uint64_t meter_waits_since(const struct meter_waits *before)
{
    struct meter_waits now;
    uint64_t sum = 0;
    meter_waits(&now);
    for (size_t i = 0; i < now.count; i++)
        sum += now.threads[i].ns - wait_of(before, now.threads[i].thread);
    return sum;
}

bool meter_memory(uint64_t *ret_bytes)
{
    if (__sanitizer_get_current_allocated_bytes != NULL) {
        *ret_bytes = __sanitizer_get_current_allocated_bytes();
        return true;
    }
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
    const struct mallinfo2 info = mallinfo2();
    *ret_bytes = info.uordblks + info.hblkhd;
    return true;
#else
    return false;
#endif
}

/* A line of /proc/self/maps; the path is empty for anonymous memory. */
struct mapping {
    uint64_t start, end;
    char path[PATH_MAX];
};

static bool next_mapping(FILE *maps, struct mapping *mapping)
{
    char line[PATH_MAX + 128];
    int path = 0;
    if (maps == NULL || fgets(line, sizeof line, maps) == NULL ||
        sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %*s %*s %*s %n", &mapping->start, &mapping->end,
               &path) != 2)
        return false;
    line[strcspn(line, "\n")] = '\0';
    snprintf(mapping->path, sizeof mapping->path, "%s", line + path);
    return true;
}

uint64_t meter_mappings(void)
{
    uint64_t size = 0;
    struct mapping mapping;
    FILE *maps = fopen("/proc/self/maps", "re");
    while (next_mapping(maps, &mapping))
        if (mapping.path[0] != '[')
            size += mapping.end - mapping.start;
    close_file(maps);
    return size;
}

static void add_line(char list[METER_TEXT], const char *text)
{
    const size_t used = strlen(list);
    const char *found = strstr(list, text);
    if (found == NULL)
        snprintf(list + used, METER_TEXT - used, "%s\n", text);
}

void meter_list_mapped_files(char list[METER_TEXT])
{
    struct mapping mapping;
    FILE *maps = fopen("/proc/self/maps", "re");
    list[0] = '\0';
    while (next_mapping(maps, &mapping))
        if (mapping.path[0] == '/' && strstr(mapping.path, ".so") == NULL)
            add_line(list, mapping.path);
    close_file(maps);
}

bool meter_is_mapped(const char *path)
{
    struct mapping mapping;
    bool found = false;
    FILE *maps = fopen("/proc/self/maps", "re");
    while (next_mapping(maps, &mapping))
        found = found || strcmp(mapping.path, path) == 0;
    close_file(maps);
    return found;
}

void meter_remember_descriptors(struct meter_descriptors *set)
{
    for (int i = 0; i < METER_DESCRIPTORS; i++)
        set->open[i] = fcntl(i, F_GETFD) >= 0;
}

bool meter_find_new_descriptor(const struct meter_descriptors *set, char target[METER_TEXT])
{
    for (int i = 0; i < METER_DESCRIPTORS; i++) {
        char link[64];
        snprintf(link, sizeof link, "/proc/self/fd/%d", i);
        const ssize_t size = set->open[i] ? -1 : readlink(link, target, METER_TEXT - 1);
        if (size < 0)
            continue;
        target[size] = '\0';
        return true;
    }
    return false;
}

uint64_t meter_locks(void)
{
    char line[256];
    uint64_t count = 0;
    FILE *locks = fopen("/proc/locks", "re");
    while (locks != NULL && fgets(line, sizeof line, locks) != NULL) {
        long process = 0;
        if (sscanf(line, "%*s %*s %*s %*s %ld", &process) == 1)
            count += process == getpid();
    }
    close_file(locks);
    return count;
}

uint64_t meter_free_keys(void)
{
    static pthread_key_t keys[PTHREAD_KEYS_MAX];
    uint64_t count = 0;
    while (count < PTHREAD_KEYS_MAX && pthread_key_create(&keys[count], NULL) == 0)
        count++;
    for (uint64_t i = 0; i < count; i++)
        pthread_key_delete(keys[i]);
    return count;
}
