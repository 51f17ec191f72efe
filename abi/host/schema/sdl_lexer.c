// SPDX-License-Identifier: MIT
#include "abi/host/schema/sdl_lexer.h"

#include <string.h>

void sdl_lexer_init(struct sdl_lexer *lexer, const char *text, size_t size)
{
    *lexer = (struct sdl_lexer){.position = text, .end = text + size, .line = 1};
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_name_start(char c)
{
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool looking_at(const struct sdl_lexer *lexer, const char *text)
{
    const size_t size = strlen(text);
    return (size_t)(lexer->end - lexer->position) >= size &&
           memcmp(lexer->position, text, size) == 0;
}

/* A line ends in LF, CR, or CR LF (section 2.1.3). */
static bool is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

/* Steps over a character, and counts the line that it ends. */
static void step(struct sdl_lexer *lexer)
{
    if (*lexer->position == '\n' || (*lexer->position == '\r' && !looking_at(lexer, "\r\n")))
        lexer->line++;
    lexer->position++;
}

/* The byte order mark is ignored anywhere (section 2.1.7), so that documents can be joined. */
static void skip_ignored(struct sdl_lexer *lexer)
{
    while (lexer->position < lexer->end) {
        const char c = *lexer->position;
        if (c == '#') {
            while (lexer->position < lexer->end && !is_line_end(*lexer->position))
                lexer->position++;
        } else if (looking_at(lexer, "\xEF\xBB\xBF")) {
            lexer->position += 3;
        } else if (c == ' ' || c == '\t' || c == ',' || is_line_end(c)) {
            step(lexer);
        } else {
            return;
        }
    }
}

static struct sdl_token fail(struct sdl_lexer *lexer, const char *error)
{
    lexer->error = error;
    lexer->position = lexer->end;
    return (struct sdl_token){.kind = SDL_TOKEN_ERROR, .start = lexer->end, .line = lexer->line};
}

static struct sdl_token finish(struct sdl_lexer *lexer, enum sdl_token_kind kind, const char *start,
                               unsigned line)
{
    return (struct sdl_token){.kind = kind,
                              .start = start,
                              .size = (size_t)(lexer->position - start),
                              .line = line};
}

static struct sdl_token read_block_string(struct sdl_lexer *lexer)
{
    const char *start = lexer->position;
    const unsigned line = lexer->line;
    lexer->position += 3;
    while (lexer->position < lexer->end) {
        if (looking_at(lexer, "\"\"\"")) {
            lexer->position += 3;
            return finish(lexer, SDL_TOKEN_STRING, start, line);
        }
        if (looking_at(lexer, "\\\"\"\""))
            lexer->position += 4;
        else
            step(lexer);
    }
    return fail(lexer, "unterminated block string");
}

static struct sdl_token read_string(struct sdl_lexer *lexer)
{
    const char *start = lexer->position++;
    for (; lexer->position < lexer->end && !is_line_end(*lexer->position); lexer->position++) {
        if (*lexer->position == '"') {
            lexer->position++;
            return finish(lexer, SDL_TOKEN_STRING, start, lexer->line);
        }
        if (*lexer->position == '\\' && lexer->position + 1 < lexer->end &&
            !is_line_end(lexer->position[1]))
            lexer->position++;
    }
    return fail(lexer, "unterminated string");
}

static struct sdl_token read_name(struct sdl_lexer *lexer)
{
    const char *start = lexer->position;
    while (lexer->position < lexer->end &&
           (is_name_start(*lexer->position) || is_digit(*lexer->position)))
        lexer->position++;
    return finish(lexer, SDL_TOKEN_NAME, start, lexer->line);
}

/* More lenient than sections 2.9.1 and 2.9.2: only the extent matters here. */
static struct sdl_token read_number(struct sdl_lexer *lexer)
{
    const char *start = lexer->position++;
    while (lexer->position < lexer->end &&
           (is_digit(*lexer->position) ||
            (*lexer->position != '\0' && strchr(".eE+-", *lexer->position) != NULL)))
        lexer->position++;
    return finish(lexer, SDL_TOKEN_NUMBER, start, lexer->line);
}

struct sdl_token sdl_lexer_next(struct sdl_lexer *lexer)
{
    if (lexer->error != NULL)
        return fail(lexer, lexer->error);
    skip_ignored(lexer);
    if (lexer->position == lexer->end)
        return finish(lexer, SDL_TOKEN_END, lexer->end, lexer->line);
    const char *start = lexer->position;
    const char c = *start;
    if (is_name_start(c))
        return read_name(lexer);
    if (is_digit(c) || c == '-')
        return read_number(lexer);
    if (looking_at(lexer, "\"\"\""))
        return read_block_string(lexer);
    if (c == '"')
        return read_string(lexer);
    if (c == '\0' || (strchr("!$&():=@[]{}|", c) == NULL && !looking_at(lexer, "...")))
        return fail(lexer, "unexpected character");
    lexer->position += c == '.' ? 3 : 1;
    return finish(lexer, SDL_TOKEN_PUNCTUATOR, start, lexer->line);
}

bool sdl_token_is(const struct sdl_token *token, const char *text)
{
    const bool plain = token->kind == SDL_TOKEN_PUNCTUATOR || token->kind == SDL_TOKEN_NAME;
    return plain && strlen(text) == token->size && memcmp(text, token->start, token->size) == 0;
}
