// SPDX-License-Identifier: MIT
#include "vault/json_reader.h"

#include <stdlib.h>

#include "vault/json_input.h"

struct reader {
    struct vault_json_input input;
    unsigned options;
    char *scratch; /* Holds a name and its value: as large as the text, and a NUL. */
    json_t *root;
    /* The containers that are open. Each belongs to the one before it, the first to `root`. */
    json_t *open[VAULT_JSON_DEPTH_LIMIT];
    size_t depth;
    bool at_first; /* The innermost container was opened just now, and is not empty. */
};

static enum vault_json_status refuse(struct reader *reader, const char *reason)
{
    vault_json_refuse(&reader->input, reason);
    return VAULT_JSON_MALFORMED;
}

/* The next character that is not white space; NUL at the end. */
static char peek(struct reader *reader)
{
    struct vault_json_input *input = &reader->input;
    while (input->at < input->end &&
           (*input->at == ' ' || *input->at == '\t' || *input->at == '\n' || *input->at == '\r'))
        input->at++;
    return input->at < input->end ? *input->at : '\0';
}

static json_t *innermost(const struct reader *reader)
{
    return reader->depth == 0 ? NULL : reader->open[reader->depth - 1];
}

/* Takes over `value`, which is NULL if memory ran out. */
static enum vault_json_status add(struct reader *reader, struct vault_bytes name, json_t *value)
{
    json_t *container = innermost(reader);
    int failed = 0;
    if (value == NULL)
        return VAULT_JSON_NO_MEMORY;
    if (container == NULL)
        reader->root = value;
    else if (json_is_array(container))
        failed = json_array_append_new(container, value);
    else
        failed = json_object_setn_new_nocheck(container, name.data, name.size, value);
    return failed == 0 ? VAULT_JSON_OK : VAULT_JSON_NO_MEMORY;
}

static bool closes(const json_t *container, char bracket)
{
    return bracket == (json_is_array(container) ? ']' : '}');
}

static enum vault_json_status take_container(struct reader *reader, struct vault_bytes name,
                                             json_t *container)
{
    const enum vault_json_status status = add(reader, name, container);
    if (status != VAULT_JSON_OK)
        return status;
    if (reader->depth == VAULT_JSON_DEPTH_LIMIT)
        return refuse(reader, "the nesting is too deep");
    reader->input.at++;
    if (closes(container, peek(reader))) {
        reader->input.at++;
        return VAULT_JSON_OK;
    }
    reader->open[reader->depth++] = container;
    reader->at_first = true;
    return VAULT_JSON_OK;
}

static enum vault_json_status take_literal(struct reader *reader, struct vault_bytes name,
                                           struct vault_bytes literal, json_t *value)
{
    struct vault_json_input *input = &reader->input;
    if ((size_t)(input->end - input->at) < literal.size ||
        memcmp(input->at, literal.data, literal.size) != 0)
        return refuse(reader, "a value is missing");
    input->at += literal.size;
    return add(reader, name, value);
}

/* The scratch's first bytes hold the name. */
static enum vault_json_status take_string(struct reader *reader, struct vault_bytes name)
{
    const bool keep = (reader->options & VAULT_JSON_KEEP_SURROGATES) != 0;
    char *text = reader->scratch + name.size;
    size_t size;
    if (!vault_json_take_string(&reader->input, keep, text, &size))
        return VAULT_JSON_MALFORMED;
    return add(reader, name, json_stringn_nocheck(text, size));
}

static enum vault_json_status take_number(struct reader *reader, struct vault_bytes name)
{
    json_t *value;
    if (!vault_json_take_number(&reader->input, reader->scratch + name.size, &value))
        return VAULT_JSON_MALFORMED;
    return add(reader, name, value);
}

static enum vault_json_status take_scalar(struct reader *reader, struct vault_bytes name,
                                          char first)
{
    if (reader->depth == 0 && (reader->options & VAULT_JSON_ANY_VALUE) == 0)
        return refuse(reader, "an object or an array is missing");
    switch (first) {
    case '"':
        return take_string(reader, name);
    case 't':
        return take_literal(reader, name, vault_bytes_of("true"), json_true());
    case 'f':
        return take_literal(reader, name, vault_bytes_of("false"), json_false());
    case 'n':
        return take_literal(reader, name, vault_bytes_of("null"), json_null());
    default:
        return first == '-' || (first >= '0' && first <= '9')
                   ? take_number(reader, name)
                   : refuse(reader, "a value is missing");
    }
}

static enum vault_json_status take_value(struct reader *reader, struct vault_bytes name)
{
    const char first = peek(reader);
    if (first == '{')
        return take_container(reader, name, json_object());
    if (first == '[')
        return take_container(reader, name, json_array());
    return take_scalar(reader, name, first);
}

static enum vault_json_status take_name(struct reader *reader, struct vault_bytes *ret_name)
{
    const char *start = reader->input.at;
    const bool keep = (reader->options & VAULT_JSON_KEEP_SURROGATES) != 0;
    size_t size;
    if (peek(reader) != '"')
        return refuse(reader, "a name is missing");
    if (!vault_json_take_string(&reader->input, keep, reader->scratch, &size))
        return VAULT_JSON_MALFORMED;
    *ret_name = (struct vault_bytes){reader->scratch, size};
    if ((reader->options & VAULT_JSON_KEEP_DUPLICATES) == 0 &&
        json_object_getn(innermost(reader), reader->scratch, size) != NULL) {
        reader->input.at = start;
        return refuse(reader, "this name occurs twice");
    }
    if (peek(reader) != ':')
        return refuse(reader, "a colon is missing");
    reader->input.at++;
    return VAULT_JSON_OK;
}

static enum vault_json_status take_item(struct reader *reader)
{
    struct vault_bytes name = VAULT_NO_BYTES;
    reader->at_first = false;
    if (json_is_object(innermost(reader))) {
        const enum vault_json_status status = take_name(reader, &name);
        if (status != VAULT_JSON_OK)
            return status;
    }
    return take_value(reader, name);
}

/* Closes what ends after an item, and takes the comma before the next. */
static enum vault_json_status take_end_of_item(struct reader *reader)
{
    while (reader->depth > 0) {
        const char next = peek(reader);
        if (next != ',' && !closes(innermost(reader), next))
            return refuse(reader, "a comma or a closing bracket is missing");
        reader->input.at++;
        if (next == ',')
            break;
        reader->depth--;
    }
    return VAULT_JSON_OK;
}

static enum vault_json_status take_text(struct reader *reader)
{
    enum vault_json_status status;
    do {
        status = take_item(reader);
        if (status == VAULT_JSON_OK && !reader->at_first)
            status = take_end_of_item(reader);
    } while (status == VAULT_JSON_OK && reader->depth > 0);
    if (status == VAULT_JSON_OK && (peek(reader) != '\0' || reader->input.at < reader->input.end))
        return refuse(reader, "something follows the end");
    return status;
}

static void locate(const char *start, const struct vault_json_input *input,
                   struct vault_json_error *error)
{
    const char *line = start;
    *error = (struct vault_json_error){.reason = input->reason,
                                       .offset = (size_t)(input->at - start),
                                       .line = 1};
    for (const char *at = start; at < input->at; at++) {
        if (*at == '\n') {
            error->line++;
            line = at + 1;
        }
    }
    error->column = (int)(input->at - line) + 1;
}

enum vault_json_status vault_json_read(struct vault_bytes text, unsigned options, json_t **ret_root,
                                       struct vault_json_error *error)
{
    struct reader reader; /* Large: not cleared. */
    const char *start = text.size == 0 ? "" : text.data;
    reader.input = (struct vault_json_input){.at = start, .end = start + text.size};
    reader.options = options;
    reader.root = NULL;
    reader.depth = 0;
    reader.scratch = malloc(text.size + 1);
    const enum vault_json_status status = reader.scratch == NULL ? VAULT_JSON_NO_MEMORY
                                                                 : take_text(&reader);
    free(reader.scratch);
    if (status == VAULT_JSON_OK)
        *ret_root = reader.root;
    else
        json_decref(reader.root);
    if (status == VAULT_JSON_MALFORMED && error != NULL)
        locate(start, &reader.input, error);
    return status;
}
