// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>

#include "plugin/base/limits.h"
#include "plugin/base/tenant_path.h"

Test(tenant_path, a_folder_is_in_that_of_its_tag)
{
    static const struct {
        const char *id;
        const char *path;
    } cases[] = {
        {"acme", "/var/tenants/7b/acme"},
        {"Acme", "/var/tenants/6a/+acme"},
        {"Z\u00fcrich", "/var/tenants/22/+z=c3=bcrich"},
        {"org-1955", "/var/tenants/e1/org-1955"}, /* These two share a tag. */
        {"org-2482", "/var/tenants/e1/org-2482"},
    };
    char path[64];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cr_assert(tenant_folder("/var/tenants", text_of(cases[i].id), path, sizeof path));
        cr_expect_str_eq(path, cases[i].path, "%s", path);
    }
    cr_expect(tenant_folder("root", TEXT("*"), path, sizeof path));
    cr_expect_str_eq(path, "root/39/=2a");
}

/* The buffer ends where AddressSanitizer looks. */
Test(tenant_path, what_does_not_fit_is_refused)
{
    static const char expected[] = "r/7b/acme", filled[] = "k/acme-acme.json";
    for (size_t capacity = 1; capacity <= sizeof filled; capacity++) {
        char path[sizeof filled];
        memset(path, '#', sizeof path);
        cr_expect_eq(tenant_folder("r", TEXT("acme"), path, capacity), capacity >= sizeof expected,
                     "%zu", capacity);
        cr_expect_eq(tenant_template_fill("k/{organization}-{organization}.json", TEXT("acme"),
                                          path, capacity),
                     capacity >= sizeof filled, "%zu", capacity);
        cr_expect(capacity == sizeof path || path[capacity] == '#', "%zu", capacity);
    }
}

Test(tenant_path, an_id_that_is_none_has_no_path)
{
    char path[512], id[ORGANIZATION_ID_MAX + 1];
    memset(id, 'x', sizeof id);
    const struct text ids[] = {NO_TEXT, TEXT(""), {id, sizeof id}};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        cr_expect_not(tenant_folder("r", ids[i], path, sizeof path));
        cr_expect_not(tenant_template_fill("{organization}", ids[i], path, sizeof path));
        cr_expect_not(tenant_template_fill("shared", ids[i], path, sizeof path));
    }
}

Test(tenant_path, placeholders_are_filled_in)
{
    static const struct {
        const char *pattern;
        const char *id;
        const char *path;
    } cases[] = {
        {"/etc/keyrings/{organization}.json", "acme", "/etc/keyrings/acme.json"},
        {"/etc/keyrings/{organization}.json", "../a", "/etc/keyrings/=2e.=2fa.json"},
        {"{organization}", "{organization}", "=7borganization=7d"},
        {"{organization}/{organization}", "Z", "+z/+z"},
        {"{organization}{organization}", "a", "aa"},
        {"/shared.json", "acme", "/shared.json"},
        {"", "acme", ""},
    };
    char path[64];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cr_expect_eq(tenant_template_check("x", cases[i].pattern, NULL), GQL_OK);
        cr_assert(tenant_template_fill(cases[i].pattern, text_of(cases[i].id), path, sizeof path));
        cr_expect_str_eq(path, cases[i].path, "%s: %s", cases[i].pattern, path);
    }
}

Test(tenant_path, unknown_placeholders_are_refused_by_name)
{
    static const struct {
        const char *pattern;
        const char *said;
    } cases[] = {
        {"/k/{tenant}.json", "{organization} is the only placeholder. There is no {tenant}"},
        {"/k/{organization}/{Organization}", "There is no {Organization}"},
        {"/k/{organization }", "There is no {organization }"},
        {"/k/{}.json", "There is no {}"},
        {"/k/{{organization}}", "There is no {{organization}"},
        {"/k/{organization", "a '{' belongs to no placeholder"},
        {"/k/{", "a '{' belongs to no placeholder"},
        {"/k/organization}", "a '}' belongs to no placeholder"},
        {"/k/{organization}}", "a '}' belongs to no placeholder"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gql_failure failure = {.struct_size = sizeof failure};
        cr_expect_eq(tenant_template_check("credentials.keyring", cases[i].pattern, &failure),
                     GQL_E_CONFIG, "%s was taken", cases[i].pattern);
        cr_expect_eq(strncmp(failure.message, "credentials.keyring: ", 21), 0, "%s",
                     failure.message);
        cr_expect_not_null(strstr(failure.message, cases[i].said), "%s: %s", cases[i].pattern,
                           failure.message);
    }
}
