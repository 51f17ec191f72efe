// SPDX-License-Identifier: MIT
/*
 * tenant_name_make and tenant_name_read are each other's inverse. The first byte chooses: an ID, or
 * a name.
 */
#include <stdlib.h>
#include <string.h>

#include "plugin/base/tenant_name.h"
#include "tests/fuzz/fuzz.h"

static void make(struct text id)
{
    static const char harmless[] = "abcdefghijklmnopqrstuvwxyz0123456789_-.+=";
    struct tenant_name name;
    struct tenant_id again;
    EXPECT(tenant_name_make(id, &name) == (id.size > 0 && id.size <= ORGANIZATION_ID_MAX));
    if (id.size == 0 || id.size > ORGANIZATION_ID_MAX)
        return;
    const size_t size = strlen(name.text);
    EXPECT(size > 0 && size <= TENANT_NAME_MAX && strspn(name.text, harmless) == size, "%s",
           name.text);
    EXPECT(name.text[0] != '-' && name.text[0] != '.' && name.text[size - 1] != '.', "%s",
           name.text);
    EXPECT(tenant_name_read(name.text, &again), "%s", name.text);
    EXPECT(text_equal(id, (struct text){again.bytes, again.size}), "%s", name.text);
}

static void read_name(const char *text)
{
    struct tenant_id id;
    struct tenant_name again;
    if (!tenant_name_read(text, &id))
        return;
    EXPECT(tenant_name_make((struct text){id.bytes, id.size}, &again));
    EXPECT(strcmp(again.text, text) == 0, "%s", again.text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    const bool reads = fuzz_byte(&input) & 1;
    size_t text_size;
    char *text = fuzz_rest(&input, &text_size);
    if (reads) {
        char *string = strndup(text, text_size);
        EXPECT(string != NULL);
        read_name(string);
        free(string);
    } else {
        make((struct text){text, text_size});
    }
    free(text);
    return 0;
}
