// SPDX-License-Identifier: MIT
/* Measures what this process holds: threads, memory, files. */
#ifndef GQL_CHECK_METER_H
#define GQL_CHECK_METER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { METER_TEXT = 8192, METER_DESCRIPTORS = 4096, METER_THREADS = 256 };

uint64_t meter_threads(void);
uint64_t meter_descriptors(void);

/*
 * How long each thread has waited for a processor so far, in nanoseconds; threads beyond the first
 * METER_THREADS are left out.
 */
struct meter_waits {
    size_t count;
    struct {
        long thread;
        uint64_t ns;
    } threads[METER_THREADS];
};

/* False if the kernel does not report it. */
bool meter_waits(struct meter_waits *ret_waits);

/* The sum of what all threads have waited since `before`, without those that have ended. */
uint64_t meter_waits_since(const struct meter_waits *before);

/* Bytes in use from malloc. False if the C library does not report them. */
bool meter_memory(uint64_t *ret_bytes);

/* Bytes of mapped address space, without the heap and the main stack. */
uint64_t meter_mappings(void);

/* File locks. */
uint64_t meter_locks(void);

/* Keys of thread-local storage that are still available. */
uint64_t meter_free_keys(void);

/*
 * Remembers which descriptors are open; finds one opened since then and writes what it refers to.
 * False if there is none.
 */
struct meter_descriptors {
    bool open[METER_DESCRIPTORS];
};
void meter_remember_descriptors(struct meter_descriptors *set);
bool meter_find_new_descriptor(const struct meter_descriptors *set, char target[METER_TEXT]);

/* The mapped files, shared libraries excepted, one per line. */
void meter_list_mapped_files(char list[METER_TEXT]);

/* Whether the file at this path is mapped. */
bool meter_is_mapped(const char *path);

#endif
