// SPDX-License-Identifier: MIT
#include "tests/faults/memory.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* glibc's own, whose usual names the linker gives to functions of this file. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *block);

enum { RANGES = 64, BLOCKS = 1 << 17 };

/* The code of the watched modules. */
static struct {
    uintptr_t begin, end;
} ranges[RANGES];
static atomic_int range_count;

static struct {
    atomic_bool on;
    int first, count;
    atomic_int number, failed;
} fault;

/* A hash table of the blocks that watched modules have, with linear probing. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* Guards the table. */
static void *blocks[BLOCKS];
static size_t live;

static size_t place_of(const void *block)
{
    return (size_t)(((uintptr_t)block >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 47) % BLOCKS;
}

static size_t find(const void *block)
{
    size_t place = place_of(block);
    while (blocks[place] != NULL && blocks[place] != block)
        place = (place + 1) % BLOCKS;
    return place;
}

static void *keep(void *block)
{
    if (block == NULL)
        return NULL;
    pthread_mutex_lock(&lock);
    if (live == BLOCKS / 2)
        abort();
    blocks[find(block)] = block;
    live++;
    pthread_mutex_unlock(&lock);
    return block;
}

/* What is behind a gap in the table is put again, so that it is found. */
static void close_gap(size_t gap)
{
    for (size_t place = (gap + 1) % BLOCKS; blocks[place] != NULL; place = (place + 1) % BLOCKS) {
        void *block = blocks[place];
        blocks[place] = NULL;
        blocks[find(block)] = block;
    }
}

/* Returns whether it was kept. */
static bool drop(const void *block)
{
    pthread_mutex_lock(&lock);
    const size_t place = find(block);
    const bool kept = block != NULL && blocks[place] == block;
    if (kept) {
        blocks[place] = NULL;
        close_gap(place);
        live--;
    }
    pthread_mutex_unlock(&lock);
    return kept;
}

static bool is_watched(const void *caller)
{
    const uintptr_t address = (uintptr_t)caller;
    const int count = atomic_load(&range_count);
    bool watched = false;
    for (int i = 0; i < count && !watched; i++)
        watched = address >= ranges[i].begin && address < ranges[i].end;
    return watched;
}

static bool fails(const void *caller)
{
    if (!atomic_load(&fault.on) || !is_watched(caller))
        return false;
    const int number = atomic_fetch_add(&fault.number, 1) + 1;
    const bool hit = number >= fault.first && number - fault.first < fault.count;
    if (hit) {
        errno = ENOMEM;
        atomic_fetch_add(&fault.failed, 1);
    }
    return hit;
}

static void *keep_for(const void *caller, void *block)
{
    return is_watched(caller) ? keep(block) : block;
}

/* ---- What the process calls: the linker gives these the names without `memory_` ---- */

void *memory_malloc(size_t size);
void *memory_calloc(size_t count, size_t size);
void *memory_realloc(void *block, size_t size);
void *memory_aligned_alloc(size_t alignment, size_t size);
void *memory_memalign(size_t alignment, size_t size);
int memory_posix_memalign(void **ret_block, size_t alignment, size_t size);
char *memory_strdup(const char *text);
char *memory_strndup(const char *text, size_t limit);
void memory_free(void *block);
int memory_pthread_create(pthread_t *ret_thread, const pthread_attr_t *attributes,
                          void *(*run)(void *), void *context);

#define CALLER __builtin_return_address(0)

void *memory_malloc(size_t size)
{
    return fails(CALLER) ? NULL : keep_for(CALLER, __libc_malloc(size));
}

void *memory_calloc(size_t count, size_t size)
{
    return fails(CALLER) ? NULL : keep_for(CALLER, __libc_calloc(count, size));
}

void *memory_realloc(void *block, size_t size)
{
    if (fails(CALLER))
        return NULL;
    const bool kept = drop(block);
    void *moved = __libc_realloc(block, size);
    if (moved == NULL && kept)
        return size == 0 ? NULL : (keep(block), NULL);
    return kept ? keep(moved) : keep_for(CALLER, moved);
}

static void *align(const void *caller, size_t alignment, size_t size)
{
    return fails(caller) ? NULL : keep_for(caller, __libc_memalign(alignment, size));
}

void *memory_aligned_alloc(size_t alignment, size_t size)
{
    return align(CALLER, alignment, size);
}

void *memory_memalign(size_t alignment, size_t size)
{
    return align(CALLER, alignment, size);
}

int memory_posix_memalign(void **ret_block, size_t alignment, size_t size)
{
    void *block = align(CALLER, alignment, size);
    if (block == NULL)
        return ENOMEM;
    *ret_block = block;
    return 0;
}

/* The C library's own would ask on behalf of the program. */
static char *duplicate(const void *caller, const char *text, size_t size)
{
    char *copy = fails(caller) ? NULL : keep_for(caller, __libc_malloc(size + 1));
    if (copy == NULL)
        return NULL;
    memcpy(copy, text, size);
    copy[size] = '\0';
    return copy;
}

char *memory_strdup(const char *text)
{
    return duplicate(CALLER, text, strlen(text));
}

char *memory_strndup(const char *text, size_t limit)
{
    return duplicate(CALLER, text, strnlen(text, limit));
}

void memory_free(void *block)
{
    drop(block);
    __libc_free(block);
}

typedef int create_thread_fn(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

int memory_pthread_create(pthread_t *ret_thread, const pthread_attr_t *attributes,
                          void *(*run)(void *), void *context)
{
    static _Atomic(create_thread_fn *) create;
    if (create == NULL)
        create = (create_thread_fn *)(uintptr_t)dlsym(RTLD_NEXT, "pthread_create");
    return fails(CALLER) ? EAGAIN : create(ret_thread, attributes, run, context);
}

/* ---- Control ---- */

static bool is_any(const char *path, const char *const *parts)
{
    while (*parts != NULL && strstr(path, *parts) == NULL)
        parts++;
    return *parts != NULL;
}

static int add_module(struct dl_phdr_info *module, size_t size, void *parts)
{
    (void)size;
    if (!is_any(module->dlpi_name, parts))
        return 0;
    for (int i = 0; i < module->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &module->dlpi_phdr[i];
        const int count = atomic_load(&range_count);
        if (header->p_type != PT_LOAD || (header->p_flags & PF_X) == 0 || count == RANGES)
            continue;
        ranges[count].begin = module->dlpi_addr + header->p_vaddr;
        ranges[count].end = ranges[count].begin + header->p_memsz;
        atomic_store(&range_count, count + 1);
    }
    return 0;
}

void memory_watch(const char *const *parts)
{
    dl_iterate_phdr(add_module, (void *)(uintptr_t)parts);
}

void memory_fail(int first, int count)
{
    fault.first = first;
    fault.count = count;
    atomic_store(&fault.number, 0);
    atomic_store(&fault.failed, 0);
    atomic_store(&fault.on, true);
}

int memory_mend(void)
{
    atomic_store(&fault.on, false);
    return atomic_load(&fault.failed);
}

int memory_count(void)
{
    return atomic_load(&fault.number);
}

size_t memory_live(void)
{
    pthread_mutex_lock(&lock);
    const size_t count = live;
    pthread_mutex_unlock(&lock);
    return count;
}
