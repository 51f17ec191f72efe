// SPDX-License-Identifier: MIT
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "plugin/base/integration.h"

Test(integration, an_empty_list_can_be_finished_twice)
{
    struct integration_list list;
    integration_list_init(&list);
    integration_list_reverse(&list);
    integration_list_finish(&list);
    integration_list_finish(&list);
    cr_expect_eq(list.count, 0);
}

/* Texts of all sizes, across blocks: no copy may change when more follow. */
Test(integration, copies_stay_where_they_are)
{
    INTEGRATION_LIST_AUTO list;
    integration_list_init(&list);
    char *big = malloc(100000);
    memset(big, 'x', 100000);
    for (int i = 0; i < 2000; i++) {
        char title[32];
        const int size = snprintf(title, sizeof title, "title %d", i);
        const struct integration item = {
            .version = i,
            .title = {title, (size_t)size},
            .organization_id = {big, (size_t)(i % 129)},
            .credential_ref = i % 3 == 0 ? NO_TEXT : (struct text){big, (size_t)(i * 37 % 70000)},
        };
        cr_assert(integration_list_append(&list, &item));
    }
    free(big);
    integration_list_reverse(&list);
    cr_assert_eq(list.count, 2000);
    for (int i = 0; i < 2000; i++) {
        const struct integration *item = &list.items[1999 - i];
        char title[32];
        snprintf(title, sizeof title, "title %d", i);
        cr_assert_eq(item->version, i);
        cr_assert(text_equal(item->title, text_of(title)), "%d is '%.*s'", i, (int)item->title.size,
                  item->title.data);
        cr_assert_eq(item->organization_id.size, (size_t)(i % 129));
        cr_assert_eq(item->credential_ref.data == NULL, i % 3 == 0);
    }
}
