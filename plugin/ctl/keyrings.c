// SPDX-License-Identifier: MIT
#include "plugin/ctl/keyrings.h"

#include <limits.h>
#include <string.h>

#include "plugin/base/tenant_path.h"
#include "plugin/ctl/output.h"
#include "vault/keyring_content.h"

static enum exit_code load(const char *path, struct vault_keyring **ret_keyring)
{
    struct vault_failure failure;
    return vault_keyring_load(path, ret_keyring, &failure)
               ? EXIT_DONE
               : report(EXIT_UNUSABLE, "%s", failure.message);
}

enum exit_code keyrings_open(struct keyrings *keyrings, const char *path)
{
    gql_failure failure = {.struct_size = sizeof failure};
    *keyrings = (struct keyrings){.path = path};
    if (path == NULL)
        return EXIT_DONE;
    if (strchr(path, '{') == NULL)
        return load(path, &keyrings->shared);
    if (tenant_template_check("--keyring", path, &failure) != GQL_OK)
        return report(EXIT_USAGE, "%s", failure.message);
    keyrings->loaded = json_object();
    return keyrings->loaded == NULL ? report_no_memory() : EXIT_DONE;
}

static struct vault_keyring *keyring_at(const json_t *address)
{
    return (struct vault_keyring *)(intptr_t)json_integer_value(address);
}

void keyrings_close(struct keyrings *keyrings)
{
    const char *path;
    json_t *address;
    json_object_foreach(keyrings->loaded, path, address) {
        struct vault_keyring *keyring = keyring_at(address);
        vault_keyring_release(&keyring);
    }
    json_decref(keyrings->loaded);
    vault_keyring_release(&keyrings->shared);
    *keyrings = (struct keyrings){0};
}

struct vault_keyring *keyrings_of(struct keyrings *keyrings, struct text organization_id,
                                  enum exit_code *ret_code)
{
    char path[PATH_MAX];
    struct vault_keyring *keyring = NULL;
    if (keyrings->loaded == NULL)
        return keyrings->shared;
    if (!tenant_template_fill(keyrings->path, organization_id, path, sizeof path)) {
        *ret_code = report(EXIT_UNUSABLE,
                           "--keyring: the path is too long for the organization %.*s",
                           (int)organization_id.size, organization_id.data);
        return NULL;
    }
    const json_t *known = json_object_get(keyrings->loaded, path);
    if (known != NULL) {
        keyring = keyring_at(known);
    } else {
        load(path, &keyring);
        if (json_object_set_new(keyrings->loaded, path,
                                json_integer((json_int_t)(intptr_t)keyring)) != 0)
            vault_keyring_release(&keyring);
    }
    if (keyring == NULL)
        *ret_code = EXIT_UNUSABLE;
    return keyring;
}
