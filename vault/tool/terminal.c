// SPDX-License-Identifier: MIT
#include "vault/tool/terminal.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vault/line.h"
#include "vault/utf8.h"

static void write_escaped(uint32_t code)
{
    if (code > 0xFFFF)
        printf("\\u%04x\\u%04x", (unsigned)(0xD7C0 + (code >> 10)),
               (unsigned)(0xDC00 | (code & 0x3FF)));
    else
        printf("\\u%04x", (unsigned)code);
}

static void write_text(const char *text, size_t size, bool keeps_lines)
{
    const char *end = text + size;
    while (text < end) {
        uint32_t code = 0;
        const size_t step = vault_utf8_read(text, end, &code);
        if (step == 0)
            printf("\\x%02x", (unsigned char)*text);
        else if (vault_line_is_unprintable(code) && !(keeps_lines && code == '\n'))
            write_escaped(code);
        else
            fwrite(text, 1, step, stdout);
        text += step == 0 ? 1 : step;
    }
}

void terminal_write(const char *text, size_t size)
{
    write_text(text, size, false);
}

void terminal_write_document(const char *text, size_t size)
{
    write_text(text, size, true);
}

bool terminal_write_json(const json_t *value, size_t dump_flags)
{
    char *text = json_dumps(value, dump_flags | JSON_ENCODE_ANY);
    if (text != NULL)
        terminal_write_document(text, strlen(text)); /* No string has a line break. */
    free(text);
    return text != NULL;
}

bool terminal_print_json(const json_t *value, size_t dump_flags)
{
    const bool written = terminal_write_json(value, dump_flags);
    putchar('\n');
    return written;
}

bool terminal_print_document(json_t *document)
{
    char *text = document == NULL ? NULL : json_dumps(document, JSON_INDENT(2));
    json_decref(document);
    if (text == NULL)
        return false;
    terminal_write_document(text, strlen(text));
    putchar('\n');
    free(text);
    return true;
}
