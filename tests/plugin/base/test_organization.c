// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>

#include "plugin/base/organization.h"

/* Computed with Python: hashlib.blake2b(id, digest_size=32).digest()[:3].hex(). */
static const struct {
    const char *id;
    uint32_t tag;
} vectors[] = {
    {"", 0x0e5751},
    {"acme", 0x7b5e42},
    {"Acme", 0x6a6ee0},
    {"globex", 0x81816d},
    {"org-1", 0x3daac4},
    {"*", 0x395a12},
    {"Z\u00fcrich", 0x22a2d8},
    /* Two pairs that share a tag. */
    {"org-1955", 0xe106aa},
    {"org-2482", 0xe106aa},
    {"org-2894", 0xe8a3d3},
    {"org-3466", 0xe8a3d3},
};

Test(organization, tags_are_those_of_the_vectors)
{
    char longest[128];
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        const uint32_t tag = organization_tag(text_of(vectors[i].id));
        cr_expect_eq(tag, vectors[i].tag, "'%s' has %06x", vectors[i].id, tag);
    }
    memset(longest, 'o', sizeof longest);
    cr_expect_eq(organization_tag((struct text){longest, sizeof longest}), 0xe05304);
    cr_expect_eq(organization_tag(TEXT("a\0b")), 0xf2c67f);
}
