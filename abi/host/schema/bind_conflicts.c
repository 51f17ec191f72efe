// SPDX-License-Identifier: MIT
#include <search.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/host/base/failure.h"
#include "abi/host/schema/binder.h"

static bool make_room(struct binder *binder)
{
    gql_binding *binding = binder->binding;
    if (binding->conflict_count < binder->conflict_room)
        return true;
    const size_t room = binder->conflict_room * 2 + 8;
    char **conflicts = realloc(binding->conflicts, room * sizeof *conflicts);
    if (conflicts != NULL)
        binding->conflicts = conflicts;
    gql_conflict_kind *kinds = realloc(binding->conflict_kinds, room * sizeof *kinds);
    if (kinds != NULL)
        binding->conflict_kinds = kinds;
    if (conflicts == NULL || kinds == NULL)
        return false;
    binder->conflict_room = room;
    return true;
}

static int compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void keep(void *sentence)
{
    (void)sentence; /* Of the binding. */
}

void binder_forget_sentences(struct binder *binder)
{
    tdestroy(binder->sentences, keep);
    binder->sentences = NULL;
}

void binder_add_conflict(struct binder *binder, const char *format, ...)
{
    gql_binding *binding = binder->binding;
    char *sentence = NULL;
    va_list arguments;
    va_start(arguments, format);
    const int size = vasprintf(&sentence, format, arguments);
    va_end(arguments);
    if (size < 0) {
        binder->out_of_memory = true;
        return;
    }
    gql_clean_line(sentence, false);
    char **known = make_room(binder) ? tsearch(sentence, &binder->sentences, compare) : NULL;
    if (known == NULL || *known != sentence) {
        binder->out_of_memory = binder->out_of_memory || known == NULL;
        free(sentence);
        return;
    }
    binding->conflict_kinds[binding->conflict_count] = binder->conflict_kind;
    binding->conflicts[binding->conflict_count++] = sentence;
}
