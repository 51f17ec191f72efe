// SPDX-License-Identifier: MIT
#include "abi/check/harness/literal.h"

#include <stdlib.h>
#include <string.h>

#include "abi/host/schema/sdl_lexer.h"

enum { MAXIMUM_DEPTH = 64 };

static json_t *read_value(struct sdl_lexer *lexer, struct sdl_token token, unsigned depth);

static json_t *read_list(struct sdl_lexer *lexer, unsigned depth)
{
    json_t *list = json_array();
    struct sdl_token token = sdl_lexer_next(lexer);
    for (; !sdl_token_is(&token, "]"); token = sdl_lexer_next(lexer)) {
        if (json_array_append_new(list, read_value(lexer, token, depth + 1)) == 0)
            continue;
        json_decref(list);
        return NULL;
    }
    return list;
}

static json_t *read_object(struct sdl_lexer *lexer, unsigned depth)
{
    json_t *object = json_object();
    struct sdl_token name = sdl_lexer_next(lexer);
    for (; !sdl_token_is(&name, "}"); name = sdl_lexer_next(lexer)) {
        const struct sdl_token colon = sdl_lexer_next(lexer);
        json_t *value = name.kind == SDL_TOKEN_NAME && sdl_token_is(&colon, ":")
                            ? read_value(lexer, sdl_lexer_next(lexer), depth + 1)
                            : NULL;
        char *key = strndup(name.start, name.size);
        const bool added = key != NULL && json_object_set_new(object, key, value) == 0;
        free(key);
        if (added)
            continue;
        json_decref(object);
        return NULL;
    }
    return object;
}

/* Reads the value that starts with the token. Enum values become strings. */
static json_t *read_value(struct sdl_lexer *lexer, struct sdl_token token, unsigned depth)
{
    if (depth > MAXIMUM_DEPTH)
        return NULL;
    if (sdl_token_is(&token, "["))
        return read_list(lexer, depth);
    if (sdl_token_is(&token, "{"))
        return read_object(lexer, depth);
    if (sdl_token_is(&token, "true") || sdl_token_is(&token, "false"))
        return json_boolean(token.start[0] == 't');
    if (sdl_token_is(&token, "null"))
        return json_null();
    if (token.kind == SDL_TOKEN_NAME)
        return json_stringn(token.start, token.size);
    /* Numbers and quoted strings are the same in JSON. */
    const bool block = token.size >= 6 && strncmp(token.start, "\"\"\"", 3) == 0;
    if (token.kind == SDL_TOKEN_NUMBER || (token.kind == SDL_TOKEN_STRING && !block))
        return json_loadb(token.start, token.size, JSON_DECODE_ANY, NULL);
    return NULL;
}

json_t *literal_to_json(const char *text)
{
    struct sdl_lexer lexer;
    sdl_lexer_init(&lexer, text, strlen(text));
    return read_value(&lexer, sdl_lexer_next(&lexer), 0);
}
