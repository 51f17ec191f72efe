// SPDX-License-Identifier: MIT
#include "abi/host/signature/minisign.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define UNTRUSTED_COMMENT "untrusted comment: "
#define TRUSTED_COMMENT "trusted comment: "

/* The second letter of an algorithm's name, behind an E: what of the file is signed. */
enum { WHOLE = 'd', PREHASHED = 'D' };

enum { BASE64_ORIGINAL = 1, SECRET_KEY_CHARACTERS = 212 };

struct line {
    const char *text;
    size_t size;
};

/* Takes the next line, without its end. False if there is none. */
static bool take_line(struct line *rest, struct line *ret_line)
{
    if (rest->size == 0)
        return false;
    const char *end = memchr(rest->text, '\n', rest->size);
    const size_t size = end == NULL ? rest->size : (size_t)(end - rest->text);
    *ret_line = (struct line){rest->text, size};
    if (size > 0 && rest->text[size - 1] == '\r')
        ret_line->size--;
    rest->text += size + (end != NULL);
    rest->size -= size + (end != NULL);
    return true;
}

static bool starts_with(const struct line *line, const char *prefix)
{
    const size_t size = strlen(prefix);
    return line->size >= size && memcmp(line->text, prefix, size) == 0;
}

/* False unless the line is the base64 of exactly so many bytes. */
static bool decode(const struct sodium *sodium, const struct line *line, uint8_t *bytes,
                   size_t size)
{
    size_t decoded = 0;
    return sodium->decode(bytes, size, line->text, line->size, NULL, &decoded, NULL,
                          BASE64_ORIGINAL) == 0 &&
           decoded == size;
}

static bool is_algorithm(const char name[2], char second)
{
    return name[0] == 'E' && name[1] == second;
}

const char *minisign_read_key(const struct sodium *sodium, const char *text, size_t size,
                              struct minisign_key *ret_key)
{
    struct __attribute__((packed)) {
        char algorithm[2];
        struct minisign_key key;
    } bytes;
    struct line rest = {text, size}, line, more;
    bool found = take_line(&rest, &line);
    if (found && starts_with(&line, UNTRUSTED_COMMENT))
        found = take_line(&rest, &line);
    if (found && line.size == SECRET_KEY_CHARACTERS)
        return "it is a secret key: give its public key (minisign.pub), and keep the secret one "
               "away from gateways";
    if (!found || take_line(&rest, &more) ||
        !decode(sodium, &line, (uint8_t *)&bytes, sizeof bytes))
        return "it is not a public key of minisign: a file that `minisign -G` wrote "
               "(minisign.pub), or its second line, which is 56 characters of base64";
    if (!is_algorithm(bytes.algorithm, WHOLE))
        return "its algorithm is not Ed25519";
    *ret_key = bytes.key;
    return NULL;
}

static bool is_printable(const struct line *line)
{
    for (size_t i = 0; i < line->size; i++) {
        const unsigned char c = (unsigned char)line->text[i];
        if ((c < ' ' && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

const char *minisign_read_signature(const struct sodium *sodium, const char *text, size_t size,
                                    struct minisign_signature *ret_signature)
{
    struct __attribute__((packed)) {
        char algorithm[2];
        uint8_t key_id[MINISIGN_ID];
        uint8_t signature[MINISIGN_SIGNATURE];
    } bytes;
    struct minisign_signature found;
    struct line rest = {text, size}, comment, signature, trusted, global, more;
    if (!take_line(&rest, &comment) || !starts_with(&comment, UNTRUSTED_COMMENT))
        return "it does not begin with \"" UNTRUSTED_COMMENT "\"";
    if (!take_line(&rest, &signature) ||
        !decode(sodium, &signature, (uint8_t *)&bytes, sizeof bytes))
        return "its second line is not the base64 of 74 bytes";
    if (!is_algorithm(bytes.algorithm, WHOLE) && !is_algorithm(bytes.algorithm, PREHASHED))
        return "its algorithm is neither ED nor Ed";
    if (!take_line(&rest, &trusted) || !starts_with(&trusted, TRUSTED_COMMENT))
        return "its third line does not begin with \"" TRUSTED_COMMENT "\"";
    if (!is_printable(&trusted))
        return "its trusted comment holds control characters";
    if (!take_line(&rest, &global) || !decode(sodium, &global, found.global, sizeof found.global))
        return "its fourth line is not the base64 of 64 bytes";
    if (take_line(&rest, &more))
        return "it has more than four lines";
    found.prehashed = is_algorithm(bytes.algorithm, PREHASHED);
    memcpy(found.key_id, bytes.key_id, sizeof found.key_id);
    memcpy(found.bytes, bytes.signature, sizeof found.bytes);
    found.comment = trusted.text + strlen(TRUSTED_COMMENT);
    found.comment_size = trusted.size - strlen(TRUSTED_COMMENT);
    *ret_signature = found;
    return NULL;
}

void minisign_print_id(const uint8_t id[MINISIGN_ID], char text[2 * MINISIGN_ID + 1])
{
    uint64_t number = 0; /* Little endian. */
    for (int i = MINISIGN_ID - 1; i >= 0; i--)
        number = number << 8 | id[i];
    snprintf(text, 2 * MINISIGN_ID + 1, "%016" PRIX64, number);
}
