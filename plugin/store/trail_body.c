// SPDX-License-Identifier: MIT
#include "plugin/store/trail_body.h"

#include <sodium.h>

#include "vault/timestamp.h"
#include "vault/token_summary.h"
#include "vault/utf8.h"

/* ---- The host's texts ---- */

static void write_text(struct json_writer *writer, struct text name, struct text text)
{
    if (text.data == NULL)
        return;
    json_write(writer, ",");
    json_write_raw(writer, name);
    json_write_string(writer, text);
}

/* What is not UTF-8 becomes U+FFFD, byte by byte. */
static struct text mend(struct text text, char room[3 * TRAIL_TEXT_MAX])
{
    size_t size = 0;
    const char *const end = text.data + text.size;
    for (const char *at = text.data; at < end;) {
        uint32_t code;
        const size_t taken = vault_utf8_read(at, end, &code);
        size += vault_utf8_write(taken == 0 ? 0xFFFD : code, room + size);
        at += taken == 0 ? 1 : taken;
    }
    return (struct text){room, size};
}

/* The longest part within the limit that ends with a character. */
static struct text cut(struct text text)
{
    if (text.size <= TRAIL_TEXT_MAX)
        return text;
    text.size = TRAIL_TEXT_MAX;
    while (text.size > 0 && ((uint8_t)text.data[text.size] & 0xC0) == 0x80)
        text.size--;
    return text;
}

static void write_host_text(struct json_writer *writer, struct text name, struct text text)
{
    char room[3 * TRAIL_TEXT_MAX];
    text = cut(text);
    if (text.data != NULL && !vault_utf8_is_valid(text.data, text.size))
        text = mend(text, room);
    write_text(writer, name, text);
}

/* ---- Who ---- */

static struct text actor_kind(uint32_t kind)
{
    switch (kind) {
    case GQL_ACTOR_USER:
        return TEXT("USER");
    case GQL_ACTOR_INTEGRATION:
        return TEXT("INTEGRATION");
    case GQL_ACTOR_SYSTEM:
        return TEXT("SYSTEM");
    default:
        return NO_TEXT;
    }
}

static struct text source_type(uint32_t type)
{
    switch (type) {
    case GQL_SOURCE_TYPE_WEB:
        return TEXT("WEB");
    case GQL_SOURCE_TYPE_MOBILE:
        return TEXT("MOBILE");
    case GQL_SOURCE_TYPE_API:
        return TEXT("API");
    case GQL_SOURCE_TYPE_INTERNAL:
        return TEXT("INTERNAL");
    case GQL_SOURCE_TYPE_INTEGRATION:
        return TEXT("INTEGRATION");
    default:
        return NO_TEXT;
    }
}

static void write_actor(struct json_writer *writer, const gql_request *request)
{
    if (request == NULL)
        return;
    write_host_text(writer, TEXT("\"actorId\":"),
                    (struct text){request->actor_id, request->actor_id_size});
    write_text(writer, TEXT("\"actorKind\":"), actor_kind(request->actor_kind));
    write_host_text(writer, TEXT("\"clientAddress\":"), text_of(request->client_address));
    write_host_text(writer, TEXT("\"userAgent\":"),
                    (struct text){request->user_agent, request->user_agent_size});
    write_text(writer, TEXT("\"sourceType\":"), source_type(request->source_type));
    write_host_text(writer, TEXT("\"traceId\":"), text_of(request->trace_id));
}

/* ---- What ---- */

static struct text text_of_bytes(struct vault_bytes bytes)
{
    return (struct text){bytes.data, bytes.size};
}

static void write_summary(struct json_writer *writer, const struct vault_token_summary *summary)
{
    json_write(writer, "{\"fingerprint\":");
    json_write_string(writer, text_of(summary->fingerprint));
    write_text(writer, TEXT("\"sub\":"), text_of_bytes(summary->subject));
    write_text(writer, TEXT("\"kid\":"), text_of_bytes(summary->key_id));
    write_text(writer, TEXT("\"jti\":"), text_of_bytes(summary->token_id));
    if (summary->expires != INT64_MAX) {
        char time[VAULT_TIMESTAMP_SIZE];
        vault_timestamp_write(summary->expires, time);
        write_text(writer, TEXT("\"exp\":"), text_of(time));
    }
    json_write(writer, "}");
}

static bool write_token(struct json_writer *writer, const struct integration *integration)
{
    struct vault_token_summary summary;
    const struct text token = integration->credential_ref;
    if (token.data == NULL) {
        json_write(writer, "null");
        return true;
    }
    const bool known = vault_token_summary_init(&summary, token.data, token.size);
    if (known)
        write_summary(writer, &summary);
    vault_token_summary_finish(&summary);
    return known;
}

static bool write_version(struct json_writer *writer, const struct integration *integration)
{
    json_write_integer(writer, integration->version);
    return true;
}

static bool write_title(struct json_writer *writer, const struct integration *integration)
{
    json_write_string(writer, integration->title);
    return true;
}

static bool write_active(struct json_writer *writer, const struct integration *integration)
{
    json_write_bool(writer, integration->is_active);
    return true;
}

/* The old value of what was there before, the new one of what is there after. */
static bool write_change(struct json_writer *writer, const struct trail_facts *facts,
                         struct text name,
                         bool (*write)(struct json_writer *, const struct integration *))
{
    bool written = true;
    json_write_raw(writer, name);
    json_write(writer, "{");
    if (facts->before != NULL) {
        json_write(writer, "\"old\":");
        written = write(writer, facts->before);
    }
    if (facts->before != NULL && facts->after != NULL)
        json_write(writer, ",");
    if (facts->after != NULL) {
        json_write(writer, "\"new\":");
        written = write(writer, facts->after) && written;
    }
    json_write(writer, "}");
    return written;
}

static bool write_data(struct json_writer *writer, const struct trail_facts *facts)
{
    const struct integration *before = facts->before, *after = facts->after;
    const bool whole = before == NULL || after == NULL || facts->restored;
    bool written = write_change(writer, facts, TEXT("\"version\":"), write_version);
    if (whole || !text_equal(before->title, after->title))
        written &= write_change(writer, facts, TEXT(",\"title\":"), write_title);
    if (whole || before->is_active != after->is_active)
        written &= write_change(writer, facts, TEXT(",\"isActive\":"), write_active);
    if (whole || !text_equal(before->credential_ref, after->credential_ref))
        written &= write_change(writer, facts, TEXT(",\"credentialRef\":"), write_token);
    return written;
}

static void write_denial(struct json_writer *writer, const struct trail_facts *facts)
{
    json_write(writer, "\"action\":");
    json_write_string(writer, text_of(facts->denied));
    if (facts->unrecorded == 0)
        return;
    json_write(writer, ",\"unrecorded\":");
    json_write_integer(writer, facts->unrecorded);
}

static struct text event_type(const struct trail_facts *facts)
{
    if (facts->denied != NULL)
        return TEXT("REFUSED");
    if (facts->restored)
        return TEXT("RESTORED");
    if (facts->before == NULL)
        return TEXT("CREATED");
    return facts->after == NULL ? TEXT("DELETED") : TEXT("UPDATED");
}

/* ---- The whole ---- */

/* UUID version 7 (RFC 9562, section 5.7). */
static struct identifier event_id(const struct trail_facts *facts)
{
    struct identifier id;
    const uint64_t time = facts->unix_milliseconds < 0 ? 0 : (uint64_t)facts->unix_milliseconds;
    for (int i = 0; i < 6; i++)
        id.bytes[i] = (uint8_t)(time >> (40 - 8 * i));
    memcpy(id.bytes + 6, facts->random, sizeof facts->random);
    id.bytes[6] = (uint8_t)(0x70 | (id.bytes[6] & 0x0F));
    id.bytes[8] = (uint8_t)(0x80 | (id.bytes[8] & 0x3F));
    return id;
}

static void write_id(struct json_writer *writer, struct text name, const struct identifier *id)
{
    char text[IDENTIFIER_TEXT_SIZE];
    identifier_write(id, text);
    json_write_raw(writer, name);
    json_write_string(writer, (struct text){text, sizeof text});
}

bool trail_body_write(struct json_writer *writer, const struct trail_facts *facts)
{
    char time[VAULT_TIMESTAMP_SIZE];
    const struct identifier id = event_id(facts);
    vault_timestamp_write(facts->unix_milliseconds, time);
    write_id(writer, TEXT("{\"id\":"), &id);
    write_text(writer, TEXT("\"time\":"), text_of(time));
    write_text(writer, TEXT("\"organizationId\":"), facts->organization_id);
    write_actor(writer, facts->request);
    write_text(writer, TEXT("\"aggregateType\":"), TEXT("Integration"));
    if (!sodium_is_zero(facts->entity.bytes, IDENTIFIER_SIZE))
        write_id(writer, TEXT(",\"aggregateId\":"), &facts->entity);
    write_text(writer, TEXT("\"eventType\":"), event_type(facts));
    json_write(writer, ",\"data\":{");
    bool written = true;
    if (facts->denied != NULL)
        write_denial(writer, facts);
    else
        written = write_data(writer, facts);
    json_write(writer, "}}");
    return written && !writer->failed && writer->size <= TRAIL_BODY_MAX;
}
