// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <stdint.h>

#include "plugin/base/tenant_name.h"

static const struct {
    const char *id;
    const char *name;
} vectors[] = {
    {"acme", "acme"},
    {"acme.example.org", "acme.example.org"},
    {"org-17_b", "org-17_b"},
    {"018bcfe5-6800-7000-8000-0242ac120002", "018bcfe5-6800-7000-8000-0242ac120002"},
    {"Acme", "+acme"},
    {"ACME Inc.", "+a+c+m+e=20+inc=2e"},
    {"*", "=2a"},
    {"Z\u00fcrich", "+z=c3=bcrich"},
    {"Zu\u0308rich", "+zu=cc=88rich"}, /* The same in another normalization. */
    /* What leads elsewhere, or is hidden, or an option. */
    {".", "=2e"},
    {"..", "=2e=2e"},
    {"...", "=2e.=2e"},
    {"/", "=2f"},
    {"../../etc/passwd", "=2e.=2f..=2fetc=2fpasswd"},
    {"C:\\x", "+c=3a=5cx"},
    {"~root", "=7eroot"},
    {".hidden", "=2ehidden"},
    {"-rf", "=2drf"},
    /* What file systems cut, or take for something else. */
    {"acme.", "acme=2e"},
    {"acme ", "acme=20"},
    {"con", "=63on"},
    {"nul.txt", "=6eul.txt"},
    {"com1", "=63om1"},
    {"lpt9.a.b", "=6cpt9.a.b"},
    {"aux.", "=61ux=2e"},
    {"CON", "+c+o+n"},
    {"com10", "com10"},
    {"console", "console"},
    {"prn-1", "prn-1"},
    /* The characters of the encoding itself. */
    {"+acme", "=2bacme"},
    {"=2f", "=3d2f"},
    {"==aa", "=3d=3daa"},
    {"%2e", "=252e"},
    {"{organization}", "=7borganization=7d"},
    {"a\x7f\x01", "a=7f=01"},
};

static struct text bytes_of(const struct tenant_id *id)
{
    return (struct text){id->bytes, id->size};
}

/*
 * The name of any ID: harmless characters, of which none differs from another only by case or by
 * normalization; and the ID can be read from it, so that no other ID has it.
 */
static size_t check(struct text id)
{
    static const char harmless[] = "abcdefghijklmnopqrstuvwxyz0123456789_-.+=";
    struct tenant_name name;
    struct tenant_id again;
    cr_assert(tenant_name_make(id, &name));
    const size_t size = strlen(name.text);
    cr_assert(size > 0 && size <= TENANT_NAME_MAX, "%zu", size);
    cr_assert_eq(strspn(name.text, harmless), size, "%s", name.text);
    cr_assert(strchr("-.", name.text[0]) == NULL && name.text[size - 1] != '.', "%s", name.text);
    cr_assert(tenant_name_read(name.text, &again), "%s", name.text);
    cr_assert(text_equal(id, bytes_of(&again)), "%s", name.text);
    return size;
}

Test(tenant_name, names_are_those_of_the_vectors)
{
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        struct tenant_name name;
        cr_assert(tenant_name_make(text_of(vectors[i].id), &name));
        cr_expect_str_eq(name.text, vectors[i].name, "%s: %s, not %s", vectors[i].id, name.text,
                         vectors[i].name);
        check(text_of(vectors[i].id));
    }
}

Test(tenant_name, ids_of_one_and_of_two_bytes)
{
    for (int first = 0; first < 256; first++) {
        for (int second = 0; second < 256; second++) {
            const char id[] = {(char)first, (char)second};
            check((struct text){id, sizeof id});
        }
        check((struct text){(char[]){(char)first}, 1});
    }
}

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 16;
}

/* Of every length, and of every share of bytes that stand for themselves. */
Test(tenant_name, ids_of_all_lengths)
{
    static const char plain[] = "abz059_-.AZ";
    uint32_t state = 1;
    char id[ORGANIZATION_ID_MAX];
    for (int round = 0; round < 40; round++) {
        for (size_t size = 1; size <= sizeof id; size++) {
            for (size_t i = 0; i < size; i++)
                id[i] = next_random(&state) % 40 < (uint32_t)round
                            ? (char)next_random(&state)
                            : plain[next_random(&state) % (sizeof plain - 1)];
            check((struct text){id, size});
        }
    }
}

Test(tenant_name, a_name_has_room_for_a_suffix)
{
    char id[ORGANIZATION_ID_MAX];
    memset(id, '/', sizeof id);
    cr_expect_eq(check((struct text){id, 69}), 207); /* The longest that is readable. */
    cr_expect_eq(check((struct text){id, 70}), 2 + 112);
    cr_expect_eq(check((struct text){id, sizeof id}), 207);
    memset(id, 'x', sizeof id);
    cr_expect_eq(check((struct text){id, sizeof id}), 128);
}

Test(tenant_name, an_id_that_is_none_has_no_name)
{
    char id[ORGANIZATION_ID_MAX + 1];
    struct tenant_name name;
    memset(id, 'x', sizeof id);
    cr_expect_not(tenant_name_make(NO_TEXT, &name));
    cr_expect_not(tenant_name_make(TEXT(""), &name));
    cr_expect_not(tenant_name_make((struct text){id, sizeof id}, &name));
}

/* Each ID has one name: another spelling of it, or anything else, is no tenant's. */
Test(tenant_name, other_names_are_refused)
{
    static const char *const names[] = {
        "",
        ".",
        "..",
        ".acme",
        "acme.",
        "-acme",
        "Acme",
        "a cme",
        "a/b",
        "=61cme",
        "acme=2",
        "acme=",
        "acme=2E",
        "acme=zz",
        "acme+",
        "+A",
        "+1",
        "==",
        "==aa",
        "=2=",
        "=",
        "con",
        "con.x",
        "acme=2eorg",
        "lost\xc3\xa9",
        "catalog.db-wal~",
        "=2bacme\n",
        "==mfrggzdfmztwq2lknnwg23tpobyxe43uov3ho6dzpiydcmrtgq2tmnzyhe", /* would be readable */
    };
    struct tenant_id id = {.size = 7};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        cr_expect_not(tenant_name_read(names[i], &id), "'%s' was taken", names[i]);
    cr_expect_eq(id.size, 7, "a refusal has changed the ID");
}

/* Every change of one character of a name gives no name, or another ID's. */
Test(tenant_name, a_changed_name_is_another_id_s)
{
    char packed[ORGANIZATION_ID_MAX];
    for (size_t i = 0; i < sizeof packed; i++)
        packed[i] = (char)(i * 37 + 128);
    const struct text ids[] = {TEXT("Acme Inc."), TEXT("con.x"), {packed, sizeof packed}};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        struct tenant_name name;
        struct tenant_id read;
        cr_assert(tenant_name_make(ids[i], &name));
        for (char *at = name.text; *at != '\0'; at++) {
            const char kept = *at;
            for (int c = 1; c < 256; c++) {
                *at = (char)c;
                if ((char)c != kept && tenant_name_read(name.text, &read))
                    cr_assert_not(text_equal(ids[i], bytes_of(&read)), "%s", name.text);
            }
            *at = kept;
        }
    }
}
