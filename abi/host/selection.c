// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include <string.h>

#include "abi/host/base/failure.h"
#include "gql_host.h"

enum { MAXIMUM_DEPTH = 64 };

struct reader {
    const char *text;
    size_t size;
    size_t position;
    /* Room for all nodes, followed by a copy of the text, which the names point into. */
    gql_selection *nodes;
    size_t node_count;
    gql_failure *failure;
};

static bool is_name_start(char c)
{
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_name_character(char c)
{
    return is_name_start(c) || (c >= '0' && c <= '9');
}

/*
 * Skips white space and commas (GraphQL specification, section 2.1). Returns the next character,
 * '\0' at the end.
 */
static char peek(struct reader *reader)
{
    while (reader->position < reader->size &&
           strchr(" \t\r\n,", reader->text[reader->position]) != NULL &&
           reader->text[reader->position] != '\0')
        reader->position++;
    return reader->position < reader->size ? reader->text[reader->position] : '\0';
}

static int32_t fail_at(struct reader *reader, const char *what)
{
    return gql_fail(reader->failure, GQL_E_MISUSE, "selection, byte %zu: %s", reader->position,
                    what);
}

/* Reads fields up to '}' or the end. *ret_first becomes the first one. */
static int32_t read_fields(struct reader *reader, unsigned depth, const gql_selection **ret_first)
{
    gql_selection *last = NULL;
    if (depth > MAXIMUM_DEPTH)
        return fail_at(reader, "nested too deeply");
    while (is_name_start(peek(reader))) {
        gql_selection *field = &reader->nodes[reader->node_count++];
        const size_t start = reader->position;
        while (reader->position < reader->size && is_name_character(reader->text[reader->position]))
            reader->position++;
        *field = (gql_selection){.struct_size = sizeof *field,
                                 .name_size = (uint32_t)(reader->position - start),
                                 .name = reader->text + start};
        if (last == NULL)
            *ret_first = field;
        else
            last->next = field;
        last = field;
        if (peek(reader) != '{')
            continue;
        reader->position++;
        const int32_t code = read_fields(reader, depth + 1, &field->children);
        if (code != GQL_OK)
            return code;
        if (peek(reader) != '}' || reader->position == reader->size)
            return fail_at(reader, "a '}' is missing");
        if (field->children == NULL)
            return fail_at(reader, "no field between the braces");
        reader->position++;
    }
    return GQL_OK;
}

/* A field, and the field that it is selected below. */
struct place {
    const gql_selection *field;
    const gql_selection *parent;
};

static int compare_pointers(const void *a, const void *b)
{
    return ((uintptr_t)a > (uintptr_t)b) - ((uintptr_t)a < (uintptr_t)b);
}

/* Fields with one name below one parent are equal. */
static int compare_places(const void *a, const void *b)
{
    const struct place *first = a;
    const struct place *second = b;
    if (first->parent != second->parent)
        return compare_pointers(first->parent, second->parent);
    if (first->field->name_size != second->field->name_size)
        return first->field->name_size < second->field->name_size ? -1 : 1;
    return memcmp(first->field->name, second->field->name, first->field->name_size);
}

static struct place *list_places(const gql_selection *parent, struct place *end)
{
    for (const gql_selection *each = parent->children; each != NULL; each = each->next) {
        *end++ = (struct place){each, parent};
        end = list_places(each, end);
    }
    return end;
}

/* Sorts the fields instead of comparing each with all: a selection may be long. */
static int32_t check_unique(struct reader *reader, const gql_selection *root)
{
    struct place *places = malloc(reader->node_count * sizeof *places);
    if (places == NULL)
        return gql_fail_no_memory(reader->failure);
    const size_t count = (size_t)(list_places(root, places) - places);
    const gql_selection *twice = NULL;
    qsort(places, count, sizeof *places, compare_places);
    for (size_t i = 1; i < count && twice == NULL; i++)
        if (compare_places(&places[i - 1], &places[i]) == 0)
            twice = places[i].field > places[i - 1].field ? places[i].field : places[i - 1].field;
    free(places);
    if (twice == NULL)
        return GQL_OK;
    reader->position = (size_t)(twice->name - reader->text) + twice->name_size;
    return fail_at(reader, "a field is selected twice");
}

int32_t gql_selection_parse(const char *text, size_t size, gql_selection **ret_selection,
                            gql_failure *failure)
{
    if ((text == NULL && size > 0) || ret_selection == NULL || size > UINT32_MAX)
        return gql_fail(failure, GQL_E_MISUSE,
                        "gql_selection_parse: text and ret_selection must not be NULL");
    /* At most one node for each two bytes (a letter and a separator), and the root. */
    const size_t most = size / 2 + 2;
    char *block = malloc(most * sizeof(gql_selection) + size + 1);
    if (block == NULL)
        return gql_fail_no_memory(failure);
    gql_selection *root = (gql_selection *)(void *)block;
    char *copy = block + most * sizeof *root;
    if (size > 0)
        memcpy(copy, text, size);
    copy[size] = '\0';
    struct reader reader = {
        .text = copy, .size = size, .nodes = root, .node_count = 1, .failure = failure};
    *root = (gql_selection){.struct_size = sizeof *root, .name = copy + size};
    int32_t code = read_fields(&reader, 0, &root->children);
    (void)peek(&reader);
    if (code == GQL_OK && reader.position < size)
        code = fail_at(&reader, "expected a name or a matching brace");
    if (code == GQL_OK)
        code = check_unique(&reader, root);
    if (code == GQL_OK)
        *ret_selection = root;
    else
        free(block);
    return code;
}

void gql_selection_destroy(gql_selection **selection)
{
    if (selection == NULL)
        return;
    free(*selection);
    *selection = NULL;
}
