// SPDX-License-Identifier: MIT
/* gql_selection_parse: what was parsed, printed and parsed again, prints the same. */
#include <stdlib.h>
#include <string.h>

#include "gql_host.h"
#include "tests/fuzz/fuzz.h"

enum { NESTED_MAX = 65 };

struct print {
    char *data;
    size_t size;
};

static void print_text(struct print *print, const char *text, size_t size)
{
    memcpy(print->data + print->size, text, size);
    print->size += size;
}

static void print_fields(struct print *print, const gql_selection *first, unsigned depth)
{
    EXPECT(depth <= NESTED_MAX);
    for (const gql_selection *field = first; field != NULL; field = field->next) {
        EXPECT(field->struct_size == sizeof *field && field->name_size > 0);
        print_text(print, field->name, field->name_size);
        if (field->children == NULL) {
            print_text(print, " ", 1);
            continue;
        }
        print_text(print, "{", 1);
        print_fields(print, field->children, depth + 1);
        print_text(print, "}", 1);
    }
}

/* A field takes its name and two more bytes; the parser needs one of them at least. */
static struct print print_of(const gql_selection *root, size_t text_size)
{
    struct print print = {.data = malloc(2 * text_size + 2)};
    EXPECT(print.data != NULL);
    print_fields(&print, root->children, 0);
    return print;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    size_t text_size;
    char *text = fuzz_rest(&input, &text_size);
    gql_selection *first = NULL, *second = NULL;
    gql_failure failure = {.struct_size = sizeof failure};
    const int32_t code = gql_selection_parse(text, text_size, &first, &failure);
    free(text);
    if (code == GQL_OK) {
        struct print once = print_of(first, text_size);
        EXPECT(gql_selection_parse(once.data, once.size, &second, &failure) == GQL_OK, "%s",
               failure.message);
        struct print twice = print_of(second, once.size);
        EXPECT(once.size == twice.size && memcmp(once.data, twice.data, once.size) == 0);
        free(once.data);
        free(twice.data);
    } else {
        EXPECT(first == NULL);
        fuzz_check_message(failure.message);
    }
    gql_selection_destroy(&first);
    gql_selection_destroy(&second);
    return 0;
}
