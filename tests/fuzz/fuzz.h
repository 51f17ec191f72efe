// SPDX-License-Identifier: MIT
/*
 * What fuzz targets share. A target is one file with LLVMFuzzerTestOneInput, which libFuzzer calls
 * on one thread; state that outlives a call is made by the first one.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program, so that libFuzzer keeps the input. */
__attribute__((noreturn, format(printf, 3, 4))) void fuzz_fail(const char *file, int line,
                                                               const char *format, ...);

/* Further arguments say what was found. */
#define EXPECT(condition, ...) \
    ((condition) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #condition ": " __VA_ARGS__))

/* What is left of an input. Taking more than is left gives zeros, or what there is. */
struct fuzz_input {
    const uint8_t *data;
    size_t size;
};

uint8_t fuzz_byte(struct fuzz_input *input);

/* Text in heap memory of exactly *ret_size bytes, so that AddressSanitizer guards both its ends. */
char *fuzz_rest(struct fuzz_input *input, size_t *ret_size);

/* The same up to the byte `end`, which is skipped, or up to the end of the input. */
char *fuzz_until(struct fuzz_input *input, char end, size_t *ret_size);

bool fuzz_is_utf8(const char *text, size_t size);

/* What a failure says must be one line of UTF-8 that does no harm to a terminal. */
void fuzz_check_message(const char *message);

#endif
