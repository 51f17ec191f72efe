// SPDX-License-Identifier: MIT
#include "abi/host/rejection.h"

#include <stdlib.h>
#include <string.h>

void rejection_set_static(struct reply_slot *slot, const char *code, const char *message)
{
    slot->answer = (gql_answer){.code = code,
                                .message = message,
                                .message_size = strlen(message),
                                .extensions = "{}",
                                .extensions_size = 2,
                                .user = slot->answer.user};
}

/* What a client does next depends on the code, so it is kept without the texts. */
static void set_code_alone(struct reply_slot *slot, const char *code, const char *message)
{
    const bool fits = strlen(code) < sizeof slot->code;
    rejection_set_static(slot, fits ? strcpy(slot->code, code) : GQL_CODE_INTERNAL_ERROR, message);
}

static bool ensure_text(struct reply_slot *slot, size_t size)
{
    if (slot->text_capacity >= size)
        return true;
    char *text = realloc(slot->text, size);
    if (text == NULL)
        return false;
    slot->text = text;
    slot->text_capacity = size;
    return true;
}

/* The text with a NUL behind it. Returns the place after that. */
static char *put(char *place, const char *text, size_t size)
{
    char *end = mempcpy(place, text, size);
    *end = '\0';
    return end + 1;
}

void rejection_set(struct reply_slot *slot, const gql_error *error, size_t limit)
{
    const bool extended = error->extensions != NULL;
    const uint64_t extensions_size = extended ? error->extensions_size : 2;
    const size_t code_size = strlen(error->code);
    if (error->message_size > limit || extensions_size > limit || code_size > limit) {
        set_code_alone(slot, error->code, "The plugin's error is larger than the host allows.");
        return;
    }
    const size_t message_size = (size_t)error->message_size;
    if (!ensure_text(slot, code_size + message_size + (size_t)extensions_size + 3)) {
        set_code_alone(slot, error->code, "The host is out of memory.");
        return;
    }
    char *message = put(slot->text, error->code, code_size);
    char *extensions = put(message, error->message, message_size);
    put(extensions, extended ? error->extensions : "{}", (size_t)extensions_size);
    slot->answer = (gql_answer){.code = slot->text,
                                .message = message,
                                .message_size = message_size,
                                .extensions = extensions,
                                .extensions_size = (size_t)extensions_size,
                                .user = slot->answer.user};
}
