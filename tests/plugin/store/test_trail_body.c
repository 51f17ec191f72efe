// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>

#include "plugin/store/trail_body.h"
#include "plugin/store/trail_body_check.h"

#define ID "018bcfe5-6800-8000-8000-494e54475e42"
#define HEAD                                                                                  \
    "{\"id\":\"01a3185c-5000-7f00-9122-334455667788\",\"time\":\"2027-01-15T08:00:00.000Z\"," \
    "\"organizationId\":\"acme\""
#define ENTITY ",\"aggregateType\":\"Integration\",\"aggregateId\":\"" ID "\""

static const uint8_t random_bytes[10] = {0xff, 0x00, 0x11, 0x22, 0x33,
                                         0x44, 0x55, 0x66, 0x77, 0x88};

static struct integration integration_of(int32_t version, const char *title)
{
    struct integration integration = {.version = version,
                                      .is_active = true,
                                      .title = text_of(title),
                                      .organization_id = TEXT("acme")};
    cr_assert(identifier_parse(TEXT(ID), &integration.id));
    return integration;
}

static void expect_body(const struct trail_facts *given, const char *expected)
{
    char room[256];
    struct json_writer writer;
    struct trail_facts facts = *given;
    facts.unix_milliseconds = 1800000000000;
    facts.organization_id = TEXT("acme");
    if (facts.denied == NULL)
        facts.entity = facts.before == NULL ? facts.after->id : facts.before->id;
    memcpy(facts.random, random_bytes, sizeof random_bytes);
    json_writer_begin(&writer, room, sizeof room);
    cr_assert(trail_body_write(&writer, &facts));
    cr_expect(text_equal((struct text){writer.data, writer.size}, text_of(expected)),
              "it wrote '%.*s', not '%s'", (int)writer.size, writer.data, expected);
    json_t *parsed = json_loadb(writer.data, writer.size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL,
                                NULL);
    cr_expect_not_null(parsed, "it is no JSON");
    json_decref(parsed);
    json_writer_finish(&writer);
}

Test(trail_body, says_what_changed)
{
    const struct integration one = integration_of(1, "x"), other = integration_of(2, "y\"");
    struct integration same = integration_of(2, "x"), idle = same, bound = same;
    idle.is_active = false;
    bound.credential_ref = TEXT("no token");
    const struct {
        struct trail_facts facts;
        const char *expected;
    } cases[] = {
        {{.after = &one},
         HEAD ENTITY
         ",\"eventType\":\"CREATED\",\"data\":{\"version\":{\"new\":1},\"title\":{"
         "\"new\":\"x\"},\"isActive\":{\"new\":true},\"credentialRef\":{\"new\":null}}}"},
        {{.before = &one, .after = &other},
         HEAD ENTITY ",\"eventType\":\"UPDATED\",\"data\":{\"version\":{\"old\":1,\"new\":2},"
                     "\"title\":{\"old\":\"x\",\"new\":\"y\\\"\"}}}"},
        {{.before = &one, .after = &same},
         HEAD ENTITY ",\"eventType\":\"UPDATED\",\"data\":{\"version\":{\"old\":1,\"new\":2}}}"},
        {{.before = &one, .after = &idle},
         HEAD ENTITY ",\"eventType\":\"UPDATED\",\"data\":{\"version\":{\"old\":1,\"new\":2},"
                     "\"isActive\":{\"old\":true,\"new\":false}}}"},
        {{.before = &one, .after = &bound},
         HEAD ENTITY ",\"eventType\":\"UPDATED\",\"data\":{\"version\":{\"old\":1,\"new\":2},"
                     "\"credentialRef\":{\"old\":null,\"new\":{\"fingerprint\":"
                     "\"6400e421e9d211b2f10c7e1728efd2d3\"}}}}"},
        {{.before = &bound},
         HEAD ENTITY ",\"eventType\":\"DELETED\",\"data\":{\"version\":{\"old\":2},\"title\":{"
                     "\"old\":\"x\"},\"isActive\":{\"old\":true},\"credentialRef\":{\"old\":{"
                     "\"fingerprint\":\"6400e421e9d211b2f10c7e1728efd2d3\"}}}}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_body(&cases[i].facts, cases[i].expected);
}

#define ONLY_VERSION ",\"eventType\":\"UPDATED\",\"data\":{\"version\":{\"old\":1,\"new\":2}}}"

Test(trail_body, says_who_did_it)
{
    const struct integration one = integration_of(1, "x"), same = integration_of(2, "x");
    const struct {
        gql_request request;
        const char *expected;
    } cases[] = {
        {{.actor_id = "ann", .actor_id_size = 3}, ",\"actorId\":\"ann\""},
        {{.actor_id = "a\0n", .actor_id_size = 3, .actor_kind = GQL_ACTOR_USER},
         ",\"actorId\":\"a\\u0000n\",\"actorKind\":\"USER\""},
        {{.actor_kind = GQL_ACTOR_INTEGRATION, .source_type = GQL_SOURCE_TYPE_INTEGRATION},
         ",\"actorKind\":\"INTEGRATION\",\"sourceType\":\"INTEGRATION\""},
        {{.actor_kind = GQL_ACTOR_SYSTEM, .source_type = GQL_SOURCE_TYPE_INTERNAL},
         ",\"actorKind\":\"SYSTEM\",\"sourceType\":\"INTERNAL\""},
        {{.source_type = GQL_SOURCE_TYPE_WEB}, ",\"sourceType\":\"WEB\""},
        {{.source_type = GQL_SOURCE_TYPE_MOBILE}, ",\"sourceType\":\"MOBILE\""},
        {{.source_type = GQL_SOURCE_TYPE_API}, ",\"sourceType\":\"API\""},
        {{.actor_kind = 99, .source_type = 99}, ""},
        {{.client_address = "192.0.2.7",
          .user_agent = "curl/8 \"x\"",
          .user_agent_size = 10,
          .trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"},
         ",\"clientAddress\":\"192.0.2.7\",\"userAgent\":\"curl/8 \\\"x\\\"\",\"traceId\":"
         "\"4bf92f3577b34da6a3ce929d0e0e4736\""},
        /* What breaks the contract does not break the trail. */
        {{.user_agent = "a\xffz\xc3", .user_agent_size = 4},
         ",\"userAgent\":\"a\xef\xbf\xbdz\xef\xbf\xbd\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char expected[1024];
        snprintf(expected, sizeof expected, "%s%s%s%s", HEAD, cases[i].expected, ENTITY,
                 ONLY_VERSION);
        expect_body(&(struct trail_facts){.request = &cases[i].request,
                                          .before = &one,
                                          .after = &same},
                    expected);
    }
}

Test(trail_body, says_what_was_refused)
{
    const gql_request request = {.actor_id = "eve", .actor_id_size = 3};
    const struct identifier id = integration_of(1, "x").id;
    expect_body(&(struct trail_facts){.request = &request, .denied = "UPDATE", .entity = id},
                HEAD ",\"actorId\":\"eve\"" ENTITY
                     ",\"eventType\":\"REFUSED\",\"data\":{\"action\":\"UPDATE\"}}");
    expect_body(&(struct trail_facts){.request = &request, .denied = "CREATE"},
                HEAD ",\"actorId\":\"eve\",\"aggregateType\":\"Integration\",\"eventType\":"
                     "\"REFUSED\",\"data\":{\"action\":\"CREATE\"}}");
}

/* Cut at the end of a character: of two, three or four bytes, at each offset. */
Test(trail_body, a_long_text_is_cut_at_a_character)
{
    static const char *const characters[] = {"a", "\xc3\xb6", "\xe2\x82\xac", "\xf0\x9f\x99\x82"};
    const struct integration one = integration_of(1, "x"), same = integration_of(2, "x");
    char agent[2000], expected[4096];
    for (size_t i = 0; i < 4; i++) {
        const size_t size = strlen(characters[i]);
        for (size_t offset = 0; offset < 4; offset++) {
            size_t filled = offset;
            memset(agent, 'x', offset);
            for (; filled + size <= sizeof agent; filled += size)
                memcpy(agent + filled, characters[i], size);
            const size_t kept = offset + (TRAIL_TEXT_MAX - offset) / size * size;
            snprintf(expected, sizeof expected, "%s,\"userAgent\":\"%.*s\"%s%s", HEAD, (int)kept,
                     agent, ENTITY, ONLY_VERSION);
            const gql_request request = {.user_agent = agent, .user_agent_size = filled};
            expect_body(&(struct trail_facts){.request = &request, .before = &one, .after = &same},
                        expected);
        }
    }
}

/* All that is longest, and escaped: the limit of a body holds. */
Test(trail_body, the_longest_fits_the_limit)
{
    static char control[4 * 1024];
    memset(control, 1, sizeof control);
    struct integration one = integration_of(1, "x"), other = integration_of(2, "y");
    one.title = (struct text){control, 1020};
    other.title = (struct text){control + 1, 1020};
    other.title.size = 1019;
    const gql_request request = {.actor_id = control,
                                 .actor_id_size = sizeof control,
                                 .user_agent = control,
                                 .user_agent_size = sizeof control};
    struct json_writer writer;
    char room[64];
    json_writer_begin(&writer, room, sizeof room);
    cr_assert(trail_body_write(
        &writer, &(struct trail_facts){.request = &request, .before = &one, .after = &other}));
    cr_expect_gt(writer.size, 4 * 1019 * 6);
    cr_expect_lt(writer.size, TRAIL_BODY_MAX);
    json_writer_finish(&writer);
}

/* What no client can send, but a defect or a later limit might let through. */
Test(trail_body, a_longer_one_is_not_written)
{
    static char control[20000];
    memset(control, 1, sizeof control);
    struct integration one = integration_of(1, "x");
    one.title = (struct text){control, sizeof control};
    struct json_writer writer;
    char room[64];
    json_writer_begin(&writer, room, sizeof room);
    cr_expect_not(trail_body_write(&writer, &(struct trail_facts){.after = &one}));
    cr_expect_gt(writer.size, TRAIL_BODY_MAX);
    json_writer_finish(&writer);
}

Test(trail_body, a_longer_one_does_not_fit_a_trail)
{
    static const char body[] = "{\"organizationId\":\"acme\"}";
    static char text[TRAIL_BODY_MAX + 1];
    memset(text, ' ', sizeof text);
    memcpy(text, body, sizeof body - 1);
    cr_expect_eq(trail_body_check((struct text){text, TRAIL_BODY_MAX}, TEXT("acme")),
                 TRAIL_BODY_FITS);
    cr_expect_eq(trail_body_check((struct text){text, TRAIL_BODY_MAX + 1}, TEXT("acme")),
                 TRAIL_BODY_WRONG);
}

Test(trail_body, denials_that_were_not_recorded_are_counted)
{
    expect_body(&(struct trail_facts){.denied = "READ", .unrecorded = 3990}, HEAD
                ",\"aggregateType\":\"Integration\""
                ",\"eventType\":\"REFUSED\",\"data\":{\"action\":\"READ\",\"unrecorded\":3990}}");
}
