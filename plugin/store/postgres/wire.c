// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/wire.h"

#include <stdlib.h>

/* ---- Numbers, in network order ---- */

static void put_number(uint8_t *bytes, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(value >> (8 * (size - 1 - i)));
}

static uint64_t number_of(const char *bytes, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | (uint8_t)bytes[i];
    return value;
}

/* ---- Arrays ---- */

enum { HEADER_SIZE = 20, COUNT_PLACE = 12 };

static bool make_room(struct wire_array *array, size_t size)
{
    if (array->failed || array->capacity - array->size >= size)
        return !array->failed;
    const size_t capacity = 2 * array->capacity + size + 256;
    uint8_t *bytes = realloc(array->bytes, capacity);
    array->failed = bytes == NULL;
    if (bytes == NULL)
        return false;
    array->bytes = bytes;
    array->capacity = capacity;
    return true;
}

void wire_array_init(struct wire_array *array, enum wire_type type)
{
    *array = (struct wire_array){0};
    if (!make_room(array, HEADER_SIZE))
        return;
    put_number(array->bytes, 1, 4);     /* Dimensions. */
    put_number(array->bytes + 4, 1, 4); /* There may be NULLs. */
    put_number(array->bytes + 8, (uint64_t)type, 4);
    put_number(array->bytes + COUNT_PLACE, 0, 4);
    put_number(array->bytes + 16, 1, 4); /* The number of the first element. */
    array->size = HEADER_SIZE;
}

void wire_array_finish(struct wire_array *array)
{
    free(array->bytes);
    *array = (struct wire_array){0};
}

void wire_array_add(struct wire_array *array, const void *data, size_t size)
{
    if (!make_room(array, 4 + size))
        return;
    put_number(array->bytes + array->size, data == NULL ? UINT32_MAX : size, 4);
    if (data != NULL && size > 0)
        memcpy(array->bytes + array->size + 4, data, size);
    array->size += 4 + (data == NULL ? 0 : size);
    put_number(array->bytes + COUNT_PLACE, ++array->count, 4);
}

static void add_number(struct wire_array *array, uint64_t value, size_t size)
{
    uint8_t bytes[8];
    put_number(bytes, value, size);
    wire_array_add(array, bytes, size);
}

void wire_array_add_integer(struct wire_array *array, int32_t value)
{
    add_number(array, (uint64_t)(int64_t)value, 4);
}

void wire_array_add_bigint(struct wire_array *array, int64_t value)
{
    add_number(array, (uint64_t)value, 8);
}

void wire_array_add_boolean(struct wire_array *array, bool value)
{
    add_number(array, value, 1);
}

/* ---- Parameters ---- */

void wire_give(struct wire_parameters *parameters, const void *data, size_t size)
{
    parameters->values[parameters->count] = data;
    parameters->sizes[parameters->count++] = (int)size;
}

void wire_give_text(struct wire_parameters *parameters, struct text text)
{
    wire_give(parameters, text.data, text.size);
}

void wire_give_identifier(struct wire_parameters *parameters, const struct identifier *id)
{
    wire_give(parameters, id->bytes, IDENTIFIER_SIZE);
}

static void give_number(struct wire_parameters *parameters, uint64_t value, size_t size)
{
    uint8_t *bytes = parameters->numbers[parameters->count];
    put_number(bytes, value, size);
    wire_give(parameters, bytes, size);
}

void wire_give_integer(struct wire_parameters *parameters, int32_t value)
{
    give_number(parameters, (uint64_t)(int64_t)value, 4);
}

void wire_give_bigint(struct wire_parameters *parameters, int64_t value)
{
    give_number(parameters, (uint64_t)value, 8);
}

void wire_give_boolean(struct wire_parameters *parameters, bool value)
{
    give_number(parameters, value, 1);
}

void wire_give_array(struct wire_parameters *parameters, struct wire_array *array)
{
    parameters->failed = parameters->failed || array->failed;
    wire_give(parameters, array->bytes, array->size);
}

/* ---- Results ---- */

struct text wire_column(const PGresult *result, int row, int column)
{
    if (pq.PQgetisnull(result, row, column))
        return NO_TEXT;
    return (struct text){pq.PQgetvalue(result, row, column),
                         (size_t)pq.PQgetlength(result, row, column)};
}

int64_t wire_column_number(const PGresult *result, int row, int column)
{
    const struct text bytes = wire_column(result, row, column);
    if (bytes.size == 4)
        return (int32_t)number_of(bytes.data, 4);
    return bytes.size == 8 ? (int64_t)number_of(bytes.data, 8) : 0;
}

bool wire_column_boolean(const PGresult *result, int row, int column)
{
    const struct text bytes = wire_column(result, row, column);
    return bytes.size == 1 && bytes.data[0] != 0;
}

void wire_column_bytes(const PGresult *result, int row, int column, uint8_t *ret_bytes, size_t size)
{
    const struct text bytes = wire_column(result, row, column);
    memset(ret_bytes, 0, size);
    if (bytes.size == size)
        memcpy(ret_bytes, bytes.data, size);
}
