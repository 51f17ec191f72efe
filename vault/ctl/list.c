// SPDX-License-Identifier: MIT
/* The command list. */
#include <stdio.h>
#include <string.h>

#include "vault/ctl/commands.h"
#include "vault/keyring_edit.h"
#include "vault/paserk.h"
#include "vault/tool/terminal.h"

static const char *member(const json_t *entry, const char *name)
{
    const char *text = json_string_value(json_object_get(entry, name));
    return text == NULL ? "-" : text;
}

static void print_key(const json_t *entry)
{
    const char *paserk = member(entry, "paserk");
    struct vault_public_key key;
    char id[VAULT_PASERK_ID_SIZE];
    if (!vault_paserk_public_read(paserk, strlen(paserk), &key))
        return;
    vault_paserk_pid_write(&key, id);
    printf("%s  %-7s  %s  %s\n", id, member(entry, "state"), member(entry, "notBefore"),
           member(entry, "notAfter"));
}

enum exit_code run_list(const struct options *options)
{
    json_t *root = NULL, *entry;
    struct vault_failure failure;
    size_t index;
    if (!vault_keyring_read(options->keyring, &root, &failure))
        return report(EXIT_UNUSABLE, "%s", failure.message);
    warn_if_changeable(options->keyring);
    printf("%-51s  %-7s  %s  %s\n", "KID", "STATE", "NOT BEFORE", "NOT AFTER");
    json_array_foreach(json_object_get(root, "keys"), index, entry)
        print_key(entry);
    bool printed = true;
    json_array_foreach(json_object_get(root, "revokedTokens"), index, entry) {
        fputs("revoked token ", stdout);
        printed = terminal_print_json(entry, 0) && printed;
    }
    json_decref(root);
    return printed ? EXIT_DONE : report(EXIT_UNUSABLE, "out of memory");
}
