// SPDX-License-Identifier: MIT
#include "vault/paseto.h"

#include <sodium.h>
#include <stdint.h>

#include "vault/base64url.h"

static const char header[] = "v4.public.";
#define HEADER_SIZE (sizeof header - 1)

/*
 * The number of pieces, then the four pieces, each after its length. Message and footer together
 * fit in a token.
 */
#define PAE_LIMIT (5 * 8 + HEADER_SIZE + VAULT_TOKEN_LIMIT + VAULT_IMPLICIT_LIMIT)

struct encoding {
    unsigned char bytes[PAE_LIMIT];
    size_t size;
};

/* LE64 of Common.md, which clears the topmost bit; no length here reaches it. */
static void append_number(struct encoding *encoding, uint64_t number)
{
    for (int shift = 0; shift < 64; shift += 8)
        encoding->bytes[encoding->size++] = (unsigned char)(number >> shift);
}

static void append_piece(struct encoding *encoding, struct vault_bytes piece)
{
    append_number(encoding, piece.size);
    if (piece.size > 0)
        memcpy(encoding->bytes + encoding->size, piece.data, piece.size);
    encoding->size += piece.size;
}

static bool encode(struct vault_bytes message, struct vault_bytes footer,
                   struct vault_bytes implicit, struct encoding *encoding)
{
    if (message.size > VAULT_TOKEN_LIMIT || footer.size > VAULT_TOKEN_LIMIT - message.size ||
        implicit.size > VAULT_IMPLICIT_LIMIT)
        return false;
    encoding->size = 0;
    append_number(encoding, 4);
    append_piece(encoding, (struct vault_bytes){header, HEADER_SIZE});
    append_piece(encoding, message);
    append_piece(encoding, footer);
    append_piece(encoding, implicit);
    return true;
}

/* The header of any version and purpose: "v", digits, ".", letters, ".". */
static bool looks_like_paseto(const char *token, size_t size)
{
    size_t at = 1;
    if (size == 0 || token[0] != 'v')
        return false;
    while (at < size && token[at] >= '0' && token[at] <= '9')
        at++;
    if (at == 1 || at == size || token[at] != '.')
        return false;
    const size_t purpose = ++at;
    while (at < size && token[at] >= 'a' && token[at] <= 'z')
        at++;
    return at > purpose && at < size && token[at] == '.';
}

enum vault_paseto_form vault_paseto_parse(const char *token, size_t size,
                                          struct vault_paseto *ret_paseto)
{
    if (size > VAULT_TOKEN_LIMIT || !looks_like_paseto(token, size))
        return VAULT_PASETO_MALFORMED;
    if (size < HEADER_SIZE || memcmp(token, header, HEADER_SIZE) != 0)
        return VAULT_PASETO_UNSUPPORTED;

    const char *body = token + HEADER_SIZE;
    size_t body_size = size - HEADER_SIZE;
    const char *dot = memchr(body, '.', body_size);
    const char *footer = dot == NULL ? NULL : dot + 1;
    const size_t footer_text_size = dot == NULL ? 0 : body_size - (size_t)(footer - body);
    if (dot != NULL) {
        body_size = (size_t)(dot - body);
        if (footer_text_size == 0)
            return VAULT_PASETO_MALFORMED;
    }

    unsigned char *storage = ret_paseto->storage;
    size_t signed_size = 0, footer_size = 0;
    if (!vault_base64url_decode(body, body_size, storage, VAULT_TOKEN_LIMIT, &signed_size) ||
        signed_size < VAULT_PASETO_SIGNATURE_SIZE)
        return VAULT_PASETO_MALFORMED;
    if (footer != NULL && !vault_base64url_decode(footer, footer_text_size, storage + signed_size,
                                                  VAULT_TOKEN_LIMIT - signed_size, &footer_size))
        return VAULT_PASETO_MALFORMED;
    const size_t message_size = signed_size - VAULT_PASETO_SIGNATURE_SIZE;
    ret_paseto->message = (struct vault_bytes){storage, message_size};
    ret_paseto->signature = storage + message_size;
    ret_paseto->footer = (struct vault_bytes){storage + signed_size, footer_size};
    return VAULT_PASETO_GOOD;
}

bool vault_paseto_verify(const struct vault_paseto *paseto, struct vault_bytes implicit,
                         const unsigned char public_key[VAULT_PUBLIC_KEY_SIZE])
{
    struct encoding encoding;
    if (sodium_init() < 0 || !encode(paseto->message, paseto->footer, implicit, &encoding))
        return false;
    /*
     * libsodium rejects an S that is not below L (RFC 8032, section 5.1.7), and keys and points of
     * small order.
     */
    return crypto_sign_verify_detached(paseto->signature, encoding.bytes, encoding.size,
                                       public_key) == 0;
}

bool vault_paseto_sign(struct vault_bytes message, struct vault_bytes footer,
                       struct vault_bytes implicit,
                       const unsigned char secret_key[VAULT_SECRET_KEY_SIZE],
                       char ret_token[VAULT_TOKEN_LIMIT + 1])
{
    struct encoding encoding;
    if (sodium_init() < 0 || !encode(message, footer, implicit, &encoding))
        return false;
    const size_t signed_size = message.size + VAULT_PASETO_SIGNATURE_SIZE;
    const size_t body_size = VAULT_BASE64URL_SIZE(signed_size) - 1;
    /* Room for the dot takes the place of the NUL. */
    const size_t footer_size = footer.size == 0 ? 0 : VAULT_BASE64URL_SIZE(footer.size);
    if (HEADER_SIZE + body_size + footer_size > VAULT_TOKEN_LIMIT)
        return false;

    unsigned char body[VAULT_TOKEN_LIMIT];
    if (message.size > 0)
        memcpy(body, message.data, message.size);
    if (crypto_sign_detached(body + message.size, NULL, encoding.bytes, encoding.size,
                             secret_key) != 0)
        return false;
    memcpy(ret_token, header, HEADER_SIZE);
    vault_base64url_encode(body, signed_size, ret_token + HEADER_SIZE);
    if (footer.size > 0) {
        ret_token[HEADER_SIZE + body_size] = '.';
        vault_base64url_encode(footer.data, footer.size, ret_token + HEADER_SIZE + body_size + 1);
    }
    return true;
}
