// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>

#include "plugin/resolvers/selection.h"

#define NODE(field_name, ...)                                     \
    {                                                             \
        .struct_size = sizeof(gql_selection), .name = field_name, \
        .name_size = sizeof field_name - 1, __VA_ARGS__           \
    }

Test(selection, unknown_means_everything_but_typename)
{
    const gql_selection *child = NULL;
    cr_expect_eq(selected_fields(NULL), FIELD_ID | FIELD_VERSION | FIELD_TITLE |
                                            FIELD_ORGANIZATION | FIELD_CREDENTIAL_REF |
                                            FIELD_IS_ACTIVE);
    cr_expect(selects(NULL, "edges", &child));
    cr_expect_null(child);
    cr_expect_not(selects_typename(NULL));
}

Test(selection, only_what_is_there_is_selected)
{
    const gql_selection typename = NODE("__typename");
    const gql_selection strange = NODE("titles", .next = &typename);
    const gql_selection title = NODE("title", .next = &strange);
    const gql_selection node = NODE("node", .children = &title);
    const gql_selection edges = NODE("edges", .children = &node);
    const gql_selection root = NODE("integrations", .children = &edges);
    const gql_selection *below = NULL;
    cr_assert(selects(&root, "edges", &below));
    cr_expect_eq(below, &edges);
    cr_expect_not(selects(&root, "nodes", &below));
    cr_expect_not(selects(&root, "edge", NULL));
    cr_expect_not(selects_typename(&root));
    cr_expect_eq(selected_fields(&node), FIELD_TITLE | FIELD_TYPENAME);
    cr_expect_eq(selected_fields(&title), 0);
}
