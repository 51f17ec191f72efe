// SPDX-License-Identifier: MIT
#include "abi/host/base/json_text.h"

#include <stdlib.h>
#include <string.h>

#include "abi/host/base/json_string.h"
#include "gql_plugin.h"

struct reader {
    struct json_text *json;
    const char *text;
    size_t size;
    size_t position;
    size_t room; /* For values. */
    char *string_end;
    int32_t code;
};

static void read_value(struct reader *reader, unsigned depth);

static bool fail(struct reader *reader, const char *error)
{
    if (reader->code == GQL_OK) {
        reader->code = GQL_E_MISUSE;
        reader->json->error = error;
        reader->json->error_offset = reader->position;
    }
    return false;
}

static char peek(const struct reader *reader)
{
    return reader->position < reader->size ? reader->text[reader->position] : '\0';
}

static char skip_blanks(struct reader *reader)
{
    while (reader->position < reader->size && (peek(reader) == ' ' || peek(reader) == '\t' ||
                                               peek(reader) == '\n' || peek(reader) == '\r'))
        reader->position++;
    return peek(reader);
}

static bool accept(struct reader *reader, char c)
{
    const bool found = skip_blanks(reader) == c && reader->position < reader->size;
    reader->position += found;
    return found;
}

/* Returns the index of a new value that starts here; SIZE_MAX if out of memory. */
static size_t add(struct reader *reader, enum json_kind kind)
{
    struct json_text *json = reader->json;
    if (json->count == reader->room) {
        const size_t room = reader->room * 2 + 16;
        struct json_value *larger = realloc(json->values, room * sizeof *larger);
        if (larger == NULL) {
            reader->code = GQL_E_NO_MEMORY;
            return SIZE_MAX;
        }
        json->values = larger;
        reader->room = room;
    }
    json->values[json->count] =
        (struct json_value){.kind = kind, .span = 1, .start = reader->text + reader->position};
    return json->count++;
}

static void close_value(struct reader *reader, size_t index)
{
    struct json_value *value = &reader->json->values[index];
    value->span = reader->json->count - index;
    value->size = (size_t)(reader->text + reader->position - value->start);
}

static void read_string(struct reader *reader)
{
    const size_t index = add(reader, JSON_TEXT_STRING);
    if (index == SIZE_MAX)
        return;
    struct json_value *value = &reader->json->values[index];
    const char *error = json_string_read(reader->text, reader->size, &reader->position,
                                         reader->string_end, &value->string_size);
    if (error != NULL) {
        fail(reader, error);
        return;
    }
    value->string = reader->string_end;
    reader->string_end += value->string_size;
    *reader->string_end++ = '\0';
    close_value(reader, index);
}

static bool skip_digits(struct reader *reader)
{
    const size_t start = reader->position;
    while (peek(reader) >= '0' && peek(reader) <= '9')
        reader->position++;
    return reader->position > start || fail(reader, "a digit is missing");
}

/* Section 6. */
static void read_number(struct reader *reader)
{
    const size_t index = add(reader, JSON_TEXT_INTEGER);
    if (index == SIZE_MAX)
        return;
    reader->position += peek(reader) == '-';
    if (peek(reader) == '0')
        reader->position++;
    else if (!skip_digits(reader))
        return;
    if (peek(reader) == '.') {
        reader->json->values[index].kind = JSON_TEXT_NUMBER;
        reader->position++;
        if (!skip_digits(reader))
            return;
    }
    if (peek(reader) == 'e' || peek(reader) == 'E') {
        reader->json->values[index].kind = JSON_TEXT_NUMBER;
        reader->position++;
        reader->position += peek(reader) == '+' || peek(reader) == '-';
        if (!skip_digits(reader))
            return;
    }
    close_value(reader, index);
}

static void read_word(struct reader *reader)
{
    static const struct {
        const char *text;
        enum json_kind kind;
    } words[] = {{"true", JSON_TEXT_TRUE}, {"false", JSON_TEXT_FALSE}, {"null", JSON_TEXT_NULL}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const size_t size = strlen(words[i].text);
        if (size > reader->size - reader->position ||
            memcmp(reader->text + reader->position, words[i].text, size) != 0)
            continue;
        const size_t index = add(reader, words[i].kind);
        if (index == SIZE_MAX)
            return;
        reader->position += size;
        close_value(reader, index);
        return;
    }
    fail(reader, "a value is missing");
}

static void read_list(struct reader *reader, unsigned depth)
{
    const size_t index = add(reader, JSON_TEXT_LIST);
    if (index == SIZE_MAX)
        return;
    reader->position++;
    if (!accept(reader, ']')) {
        do
            read_value(reader, depth + 1);
        while (reader->code == GQL_OK && accept(reader, ','));
        if (reader->code == GQL_OK && !accept(reader, ']'))
            fail(reader, "a ',' or ']' is missing");
    }
    if (reader->code == GQL_OK)
        close_value(reader, index);
}

static void read_member(struct reader *reader, unsigned depth)
{
    if (skip_blanks(reader) != '"') {
        fail(reader, "a name in quotes is missing");
        return;
    }
    read_string(reader);
    if (reader->code == GQL_OK && !accept(reader, ':'))
        fail(reader, "a ':' is missing");
    if (reader->code == GQL_OK)
        read_value(reader, depth + 1);
}

static int compare_names(const void *a, const void *b)
{
    const struct json_value *first = *(const struct json_value *const *)a;
    const struct json_value *second = *(const struct json_value *const *)b;
    if (first->string_size != second->string_size)
        return first->string_size < second->string_size ? -1 : 1;
    return memcmp(first->string, second->string, first->string_size);
}

static void check_names(struct reader *reader, size_t index)
{
    const struct json_value *object = &reader->json->values[index];
    size_t count = 0;
    for (const struct json_value *each = json_first(object); each != NULL;
         each = json_next(object, each))
        count++;
    const struct json_value **names = malloc((count + 1) * sizeof *names);
    if (names == NULL) {
        reader->code = GQL_E_NO_MEMORY;
        return;
    }
    count = 0;
    for (const struct json_value *each = json_first(object); each != NULL;
         each = json_next(object, each))
        names[count++] = each;
    qsort(names, count, sizeof *names, compare_names);
    for (size_t i = 1; i < count; i++)
        if (compare_names(&names[i - 1], &names[i]) == 0)
            fail(reader, "an object has a name twice");
    free(names);
}

static void read_object(struct reader *reader, unsigned depth)
{
    const size_t index = add(reader, JSON_TEXT_OBJECT);
    if (index == SIZE_MAX)
        return;
    reader->position++;
    if (!accept(reader, '}')) {
        do
            read_member(reader, depth);
        while (reader->code == GQL_OK && accept(reader, ','));
        if (reader->code == GQL_OK && !accept(reader, '}'))
            fail(reader, "a ',' or '}' is missing");
    }
    if (reader->code != GQL_OK)
        return;
    close_value(reader, index);
    check_names(reader, index);
}

static void read_value(struct reader *reader, unsigned depth)
{
    const char c = skip_blanks(reader);
    if ((c == '{' || c == '[') && depth == JSON_TEXT_DEPTH)
        fail(reader, "nested too deeply");
    else if (c == '{')
        read_object(reader, depth);
    else if (c == '[')
        read_list(reader, depth);
    else if (c == '"')
        read_string(reader);
    else if (c == '-' || (c >= '0' && c <= '9'))
        read_number(reader);
    else
        read_word(reader);
}

int32_t json_text_read(struct json_text *json, const char *text, size_t size)
{
    /* Without its two quotes, each string has room for its NUL. */
    *json = (struct json_text){.strings = malloc(size + 1)};
    if (json->strings == NULL)
        return GQL_E_NO_MEMORY;
    struct reader reader = {.json = json, .text = text, .size = size, .string_end = json->strings};
    read_value(&reader, 0);
    (void)skip_blanks(&reader);
    if (reader.code == GQL_OK && reader.position < size)
        fail(&reader, "more text behind the value");
    return reader.code;
}

void json_text_finish(struct json_text *json)
{
    free(json->values);
    free(json->strings);
    *json = (struct json_text){0};
}

const char *json_kind_name(enum json_kind kind)
{
    static const char *const names[] = {"an object", "a list", "a string", "an integer",
                                        "a number",  "true",   "false",    "null"};
    return names[kind];
}

/* An item of a list is one value, a member two. */
static const struct json_value *within(const struct json_value *container,
                                       const struct json_value *item)
{
    return item < container + container->span ? item : NULL;
}

const struct json_value *json_first(const struct json_value *container)
{
    return within(container, container + 1);
}

const struct json_value *json_next(const struct json_value *container,
                                   const struct json_value *item)
{
    if (container->kind == JSON_TEXT_OBJECT)
        item++;
    return within(container, item + item->span);
}

const struct json_value *json_member(const struct json_value *object, const char *name)
{
    for (const struct json_value *each = json_first(object); each != NULL;
         each = json_next(object, each))
        if (json_string_is(each, name))
            return each + 1;
    return NULL;
}

bool json_string_is(const struct json_value *value, const char *text)
{
    return value->kind == JSON_TEXT_STRING && value->string_size == strlen(text) &&
           memcmp(value->string, text, value->string_size) == 0;
}
