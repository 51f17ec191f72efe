// SPDX-License-Identifier: MIT
#include "plugin/resolvers/event_position.h"

#include "plugin/base/organization.h"
#include "vault/base64url.h"

enum { FORM = 1, SEQUENCE_PLACE = 4, POSITION_BYTES = 12 };

static void put(uint8_t *bytes, int count, uint64_t number)
{
    while (count-- > 0) {
        bytes[count] = (uint8_t)number;
        number >>= 8;
    }
}

static void write_head(struct text organization_id, uint8_t bytes[SEQUENCE_PLACE])
{
    bytes[0] = FORM;
    put(bytes + 1, SEQUENCE_PLACE - 1, organization_tag(organization_id));
}

void event_position_write(struct text organization_id, int64_t sequence,
                          char ret_text[EVENT_POSITION_SIZE])
{
    uint8_t bytes[POSITION_BYTES];
    write_head(organization_id, bytes);
    put(bytes + SEQUENCE_PLACE, POSITION_BYTES - SEQUENCE_PLACE, (uint64_t)sequence);
    vault_base64url_encode(bytes, sizeof bytes, ret_text);
}

bool event_position_read(struct text organization_id, struct text text, int64_t *ret_sequence)
{
    uint8_t bytes[POSITION_BYTES], head[SEQUENCE_PLACE];
    uint64_t sequence = 0;
    size_t size = 0;
    write_head(organization_id, head);
    if (text.size != EVENT_POSITION_SIZE - 1 ||
        !vault_base64url_decode(text.data, text.size, bytes, sizeof bytes, &size) ||
        memcmp(bytes, head, sizeof head) != 0)
        return false;
    for (int i = SEQUENCE_PLACE; i < POSITION_BYTES; i++)
        sequence = sequence << 8 | bytes[i];
    *ret_sequence = (int64_t)sequence;
    return sequence >= 1 && sequence <= INT64_MAX;
}
