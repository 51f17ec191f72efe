// SPDX-License-Identifier: MIT
#include "tests/fuzz/plugin/world.h"

#include <ftw.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plugin/instance/instance.h"
#include "vault/file.h"
#include "vault/json_reader.h"
#include "vault/paserk.h"
#include "vault/paseto.h"

static const struct {
    const char *organization, *title;
    bool is_active, has_token;
} samples[FUZZ_ROWS] = {
    {"acme", "alpha", true, false},
    {"acme", "Alpha", true, true},
    {"acme", "beta 2", false, false},
    {"acme", "beta 10", true, false},
    {"acme", "gr\xC3\xB6\xC3\x9F\x65", true, false},
    {"acme", "\"\\ \xF0\x9F\x98\x80", false, false},
    {"beta", "alpha", true, false},
    {"beta", "\xEF\xBF\xBF\xEF\xBF\xBF", true, false},
};

static char folder[64];
static char token[VAULT_TOKEN_LIMIT + 1];

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status, (void)kind, (void)walk;
    return remove(path);
}

static void remove_folder(void)
{
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void write_keyring(void)
{
    static const unsigned char seed[crypto_sign_SEEDBYTES] = "a seed that everybody may know";
    unsigned char secret[VAULT_SECRET_KEY_SIZE];
    struct vault_public_key key;
    const struct vault_file_access access = vault_file_own_access(0600);
    struct vault_failure failure;
    char paserk[VAULT_PASERK_PUBLIC_SIZE], text[256], path[96];
    crypto_sign_seed_keypair(key.bytes, secret, seed);
    vault_paserk_public_write(&key, paserk);
    snprintf(text, sizeof text,
             "{\"version\":1,\"keys\":[{\"paserk\":\"%s\",\"state\":\"active\"}]}", paserk);
    snprintf(path, sizeof path, "%s/keyring.json", folder);
    EXPECT(vault_file_write(path, text, strlen(text), &access, &failure), "%s", failure.message);
    EXPECT(vault_paseto_sign(vault_bytes_of("{\"sub\":\"kv/erp\",\"aud\":\"acme\"}"),
                             VAULT_NO_BYTES, VAULT_NO_BYTES, secret, token));
}

/* Every run draws the same numbers, so that an input always meets the same IDs and secrets. */
static uint32_t next_random(void)
{
    static uint32_t state;
    return state = state * 1664525 + 1013904223;
}

static void fill_random(void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        ((uint8_t *)bytes)[i] = (uint8_t)(next_random() >> 24);
}

static const char *name_of_random(void)
{
    return "the same numbers";
}

static void fix_random(void)
{
    static randombytes_implementation implementation = {.implementation_name = name_of_random,
                                                        .random = next_random,
                                                        .buf = fill_random};
    EXPECT(randombytes_set_implementation(&implementation) == 0);
}

const char *world_folder(void)
{
    gql_failure failure = {.struct_size = sizeof failure};
    if (folder[0] != '\0')
        return folder;
    fix_random();
    EXPECT(fuzz_plugin()->init(fuzz_host(), &failure) == GQL_OK, "%s", failure.message);
    snprintf(folder, sizeof folder, "/dev/shm/fuzz.%d.XXXXXX", (int)getpid());
    EXPECT(mkdtemp(folder) != NULL);
    atexit(remove_folder);
    write_keyring();
    return folder;
}

int32_t world_create(gql_instance **ret_instance, gql_failure *failure)
{
    char config[256];
    const int size = snprintf(config, sizeof config,
                              "{\"database\":{\"path\":\"%s/database\"},"
                              "\"credentials\":{\"keyring\":\"%s/keyring.json\"}}",
                              world_folder(), folder);
    return fuzz_plugin()->create(fuzz_host(), config, (uint64_t)size, ret_instance, failure);
}

/* ---- The rows ---- */

/* Returns the value, which the caller releases. Takes the arguments. */
static json_t *resolve(gql_instance *instance, enum fuzz_operation operation, json_t *arguments)
{
    static const struct fuzz_names none;
    char *text = json_dumps(arguments, 0);
    const struct fuzz_call call = fuzz_call_make(operation, FUZZ_EVERYTHING, &none, text,
                                                 strlen(text));
    struct fuzz_answer answer = fuzz_call_check(instance, operation, FUZZ_EVERYTHING, &call);
    EXPECT(answer.resolved, "%.*s", (int)answer.size, answer.text);
    json_t *value = json_loadb(answer.text, answer.size, JSON_ALLOW_NUL, NULL);
    free(answer.text);
    free(text);
    json_decref(arguments);
    return value;
}

struct secret_read {
    struct store_read read;
    uint8_t secret[16];
};

static enum store_status read_secret(struct store_read *read, struct store_reader *reader)
{
    memcpy(((struct secret_read *)read)->secret, store_secret(reader), 16);
    return STORE_OK;
}

static int32_t keep_secret(struct store_read *read)
{
    EXPECT(read->status == STORE_OK);
    return GQL_OK;
}

static void name_row(gql_instance *instance, size_t i, const char *id, struct fuzz_names *names)
{
    struct store_position position = {.title = text_of(samples[i].title)};
    strcpy(names->ids[i], id);
    EXPECT(identifier_parse(text_of(id), &position.id), "%s", id);
    struct secret_read secret = {.read = {.run = read_secret, .done = keep_secret}};
    EXPECT(store_read(instance->store, &secret.read) == GQL_OK); /* Inline: nobody else reads. */
    cursor_write(secret.secret, CURSOR_TITLE_ASC, &position, names->rising[i]);
    cursor_write(secret.secret, CURSOR_TITLE_DESC, &position, names->falling[i]);
}

static void add_row(gql_instance *instance, size_t i, struct fuzz_names *names)
{
    json_t *value = resolve(instance, FUZZ_CREATE,
                            json_pack("{s:{s:s, s:s, s:s?}}", "input", "organizationId",
                                      samples[i].organization, "title", samples[i].title,
                                      "credentialRef", samples[i].has_token ? token : NULL));
    const json_t *row = json_object_get(value, "integration");
    name_row(instance, i, json_string_value(json_object_get(row, "id")), names);
    json_decref(value);
    if (!samples[i].is_active)
        json_decref(resolve(instance, FUZZ_UPDATE,
                            json_pack("{s:{s:s, s:i, s:b}}", "input", "id", names->ids[i],
                                      "version", 1, "isActive", 0)));
}

void world_fill(gql_instance *instance, struct fuzz_names *names)
{
    for (size_t i = 0; i < FUZZ_ROWS; i++)
        add_row(instance, i, names);
    strcpy(names->token, token);
}

/* ---- Undoing ---- */

/* FUZZ_ROWS if it is none of the rows. */
static size_t row_of(const struct fuzz_names *names, const char *id)
{
    size_t i = 0;
    while (i < FUZZ_ROWS && strcmp(names->ids[i], id) != 0)
        i++;
    return i;
}

static void delete_row(gql_instance *instance, const json_t *row)
{
    json_decref(resolve(instance, FUZZ_DELETE,
                        json_pack("{s:{s:O, s:O}}", "input", "id", json_object_get(row, "id"),
                                  "version", json_object_get(row, "version"))));
}

/* Deletes what the organization has beyond the rows; with `id`, that row too. */
static void clean(gql_instance *instance, const json_t *organization, const char *id,
                  const struct fuzz_names *names)
{
    size_t index;
    json_t *row;
    json_t *page = resolve(instance, FUZZ_INTEGRATIONS,
                           json_pack("{s:O, s:i}", "organizationId", organization, "first", 100));
    json_array_foreach(json_object_get(page, "nodes"), index, row) {
        const char *found = json_string_value(json_object_get(row, "id"));
        if (row_of(names, found) == FUZZ_ROWS || (id != NULL && strcmp(found, id) == 0))
            delete_row(instance, row);
    }
    json_decref(page);
}

static void undo_change(gql_instance *instance, size_t i, struct fuzz_names *names)
{
    json_t *organization = json_string(samples[i].organization);
    clean(instance, organization, names->ids[i], names);
    json_decref(organization);
    add_row(instance, i, names);
}

void world_undo(gql_instance *instance, enum fuzz_operation operation, const struct fuzz_call *call,
                struct fuzz_names *names)
{
    const struct vault_bytes text = {call->arguments, call->arguments_size};
    json_t *arguments = NULL;
    EXPECT(vault_json_read(text, VAULT_JSON_KEEP_SURROGATES, &arguments, NULL) == VAULT_JSON_OK);
    const json_t *input = json_object_get(arguments, "input");
    if (operation == FUZZ_CREATE)
        clean(instance, json_object_get(input, "organizationId"), NULL, names);
    else
        undo_change(instance, row_of(names, json_string_value(json_object_get(input, "id"))),
                    names);
    json_decref(arguments);
}

void world_remove(gql_instance **instance)
{
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    fuzz_plugin()->drain(*instance);
    fuzz_plugin()->destroy(*instance);
    *instance = NULL;
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        char path[96];
        snprintf(path, sizeof path, "%s/database%s", folder, suffixes[i]);
        remove(path);
    }
}
