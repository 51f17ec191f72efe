// SPDX-License-Identifier: MIT
/* The command rewrap. */
#include <stdio.h>

#include "vault/ctl/commands.h"
#include "vault/ctl/secret_file.h"
#include "vault/tool/terminal.h"

enum exit_code run_rewrap(const struct options *options)
{
    char id[VAULT_PASERK_ID_SIZE];
    struct vault_public_key key;
    struct vault_failure failure;
    if (!secret_file_rewrap(options->secret, &key, &failure))
        return report(EXIT_UNUSABLE, "%s", failure.message);
    vault_paserk_pid_write(&key, id);
    if (options->json == NULL)
        printf("%s has a new passphrase; copies of its file, as in backups, keep the old one\n",
               id);
    else if (!terminal_print_document(
                 json_pack("{s:s, s:s}", "kid", id, "secret", options->secret)))
        return report(EXIT_UNUSABLE, "changed the passphrase, but out of memory to say so");
    return EXIT_DONE;
}
