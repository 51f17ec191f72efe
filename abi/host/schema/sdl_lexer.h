// SPDX-License-Identifier: MIT
/* The tokens of GraphQL documents (specification of October 2021, section 2.1). */
#ifndef GQL_SDL_LEXER_H
#define GQL_SDL_LEXER_H

#include <stdbool.h>
#include <stddef.h>

enum sdl_token_kind {
    SDL_TOKEN_END,
    SDL_TOKEN_PUNCTUATOR, /* One character, or "..." */
    SDL_TOKEN_NAME,
    SDL_TOKEN_NUMBER,
    SDL_TOKEN_STRING, /* With its quotes; block strings too. */
    SDL_TOKEN_ERROR,  /* sdl_lexer.error says why. */
};

struct sdl_token {
    enum sdl_token_kind kind;
    const char *start;
    size_t size;
    unsigned line; /* From 1. */
};

struct sdl_lexer {
    const char *position;
    const char *end;
    unsigned line;
    const char *error; /* Static; set with SDL_TOKEN_ERROR. */
};

void sdl_lexer_init(struct sdl_lexer *lexer, const char *text, size_t size);

/* The next token. The end and an error are returned again by each further call. */
struct sdl_token sdl_lexer_next(struct sdl_lexer *lexer);

bool sdl_token_is(const struct sdl_token *token, const char *text);

#endif
