// SPDX-License-Identifier: MIT
/* What this process holds. */
#ifndef GQL_CHECK_METER_H
#define GQL_CHECK_METER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { METER_TEXT = 8192, METER_DESCRIPTORS = 4096 };

uint64_t meter_threads(void);
uint64_t meter_descriptors(void);

/* Bytes that malloc has given out. False where the C library does not tell. */
bool meter_memory(uint64_t *ret_bytes);

/* Bytes of address space, the heap and stacks' growth aside. */
uint64_t meter_mappings(void);

/* Locks of files. */
uint64_t meter_locks(void);

/* Keys of thread-local memory that can still be had. */
uint64_t meter_free_keys(void);

/* What a descriptor leads to that is not in the set; false if there is none. */
struct meter_descriptors {
    bool open[METER_DESCRIPTORS];
};
void meter_remember_descriptors(struct meter_descriptors *set);
bool meter_find_new_descriptor(const struct meter_descriptors *set, char target[METER_TEXT]);

/* Files that are mapped and are no shared libraries; and whether a given path is mapped. */
void meter_list_mapped_files(char list[METER_TEXT]);
bool meter_is_mapped(const char *path);

#endif
