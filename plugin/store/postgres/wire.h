// SPDX-License-Identifier: MIT
/* Parameters and results in PostgreSQL's binary format. */
#ifndef PLUGIN_STORE_POSTGRES_WIRE_H
#define PLUGIN_STORE_POSTGRES_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "plugin/base/identifier.h"
#include "plugin/base/text.h"
#include "plugin/store/postgres/libpq.h"

/* PostgreSQL's numbers of the types that arrays have here. */
enum wire_type {
    WIRE_BOOLEAN = 16,
    WIRE_BYTEA = 17,
    WIRE_BIGINT = 20,
    WIRE_INTEGER = 23,
    WIRE_TEXT = 25,
};

/* An array of one dimension that grows. */
struct wire_array {
    uint8_t *bytes;
    size_t size;
    size_t capacity;
    uint32_t count;
    bool failed; /* There was no memory. */
};

void wire_array_init(struct wire_array *array, enum wire_type type);
void wire_array_finish(struct wire_array *array);

#define WIRE_ARRAY_AUTO __attribute__((cleanup(wire_array_finish))) struct wire_array

/* Of bytea and text; no data is NULL. */
void wire_array_add(struct wire_array *array, const void *data, size_t size);
void wire_array_add_integer(struct wire_array *array, int32_t value);
void wire_array_add_bigint(struct wire_array *array, int64_t value);
void wire_array_add_boolean(struct wire_array *array, bool value);

enum { WIRE_PARAMETERS = 8 };

/*
 * What a statement is given. Bytes and arrays are borrowed. Zeroed, it has none. Do not move it: it
 * points to the numbers in it.
 */
struct wire_parameters {
    int count;
    bool failed; /* An array had no memory. */
    const char *values[WIRE_PARAMETERS];
    int sizes[WIRE_PARAMETERS];
    uint8_t numbers[WIRE_PARAMETERS][8];
};

void wire_give(struct wire_parameters *parameters, const void *data, size_t size);
void wire_give_text(struct wire_parameters *parameters, struct text text);
void wire_give_identifier(struct wire_parameters *parameters, const struct identifier *id);
void wire_give_integer(struct wire_parameters *parameters, int32_t value);
void wire_give_bigint(struct wire_parameters *parameters, int64_t value);
void wire_give_boolean(struct wire_parameters *parameters, bool value);
void wire_give_array(struct wire_parameters *parameters, struct wire_array *array);

/* A column of a row; no text is NULL. Valid as long as the result. */
struct text wire_column(const PGresult *result, int row, int column);

/* 0, false and zeros if the column has another size. */
int64_t wire_column_number(const PGresult *result, int row, int column);
bool wire_column_boolean(const PGresult *result, int row, int column);
void wire_column_bytes(const PGresult *result, int row, int column, uint8_t *ret_bytes,
                       size_t size);

#endif
