// SPDX-License-Identifier: MIT
/* config_init: a configuration that is accepted has every setting, within its limits. */
#include <stdlib.h>
#include <string.h>

#include "plugin/instance/config.h"
#include "tests/fuzz/fuzz.h"

static void check_text(struct text text, size_t most)
{
    EXPECT(text.data == NULL || (text.size >= 1 && text.size <= most), "%zu", text.size);
}

static void check_config(const struct config *config)
{
    EXPECT(json_string_length(json_object_get(config->database, "path")) >= 1);
    check_text(config->organization, 128);
    check_text(text_of(config->keyring), 4000);
    check_text(text_of(config->issuer), 512);
    EXPECT(config->locale != NULL && config->error_type_base.data != NULL);
    check_text(text_of(config->locale), 64);
    check_text(config->error_type_base, 512);
    EXPECT(config->leeway_seconds >= 0 && config->leeway_seconds <= 3600, "%d",
           config->leeway_seconds);
    EXPECT(config->pending_mutations >= 1 && config->pending_mutations <= 1000000, "%d",
           config->pending_mutations);
    EXPECT(config->threads.compute >= 0 && config->threads.compute <= 256, "%d",
           config->threads.compute);
    EXPECT(config->threads.storage >= 1 && config->threads.storage <= 256, "%d",
           config->threads.storage);
    EXPECT(config->mint.region <= 31, "%d", config->mint.region);
}

/* With its defaults filled in, it is a configuration too. */
static void check_again(const struct config *config)
{
    struct config again;
    gql_failure failure = {.struct_size = sizeof failure};
    char *text = json_dumps(config->root, 0);
    EXPECT(text != NULL);
    EXPECT(config_init(&again, text, strlen(text), &failure) == GQL_OK, "%s", failure.message);
    EXPECT(json_equal(config->root, again.root), "%s", text);
    config_finish(&again);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, size};
    struct config config;
    gql_failure failure = {.struct_size = sizeof failure};
    size_t text_size;
    char *text = fuzz_rest(&input, &text_size);
    const int32_t code = config_init(&config, text, text_size, &failure);
    if (code == GQL_OK) {
        check_config(&config);
        check_again(&config);
        config_finish(&config);
    } else {
        EXPECT(code == GQL_E_CONFIG && failure.code == code, "%d", (int)code);
        fuzz_check_message(failure.message);
    }
    free(text);
    return 0;
}
