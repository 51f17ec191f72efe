// SPDX-License-Identifier: MIT
#include "vault/ctl/commands.h"
#include "vault/ctl/notes.h"
#include "vault/limit.h"
#include "vault/tool/tool.h"

#define BIT(member) (1u << OPTION_##member)

#define SUBJECT_LIMIT VAULT_LIMIT_TEXT(VAULT_SUBJECT_LIMIT)
#define REASON_SIZE VAULT_LIMIT_TEXT(REASON_LIMIT)
#define LEEWAY VAULT_LIMIT_TEXT(VERIFY_LEEWAY_SECONDS)

#define ABOUT_PASSPHRASES                                                                   \
    "\nThe passphrase of the secret key is read from the file that VAULT_PASSPHRASE_FILE\n" \
    "names, else from VAULT_PASSPHRASE, else from the terminal, without echo.\n"

#define ABOUT_REASONS                                                                      \
    "\nThe date and the reason, of at most " REASON_SIZE " bytes, are noted in the file\n" \
    "KEYRING.notes, which gateways do not need; list shows them.\n"

#define ABOUT_TOKENS                                                                          \
    "\nA token is checked first: a key of the keyring must have signed it. Of a token that\n" \
    "is lost, give the jti; vaultctl keeps no list of tokens, so it can't tell whether\n"     \
    "there is one.\n"

static const struct tool_command commands[] = {
    {"keygen", "--keyring FILE --secret FILE [--yes] [--json]",
     "Makes a key pair and prints its ID.\n\n"
     "The public key is added to the keyring, which is created if it does not exist. The\n"
     "new key becomes active; the key that was active is retired: it still verifies. That\n"
     "is said and asked on the terminal; --yes answers.\n"
     "The secret key is encrypted with a passphrase and written to the secret file, mode\n"
     "0600. An existing secret file is kept: its name gets .before- and the new key's\n"
     "ID.\n" ABOUT_PASSPHRASES,
     NULL, BIT(keyring) | BIT(secret), BIT(yes) | BIT(json), 0, run_keygen},
    {"rewrap", "--secret FILE [--json]",
     "Changes the passphrase of a secret key. Tokens and the keyring stay as they are.\n\n"
     "Copies of the file keep the old passphrase, also those that keygen has\n"
     "kept.\n" ABOUT_PASSPHRASES
     "The new one is read from VAULT_NEW_PASSPHRASE_FILE, VAULT_NEW_PASSPHRASE or the\n"
     "terminal in the same way.\n",
     NULL, BIT(secret), BIT(json), 0, run_rewrap},
    {"issue",
     "--secret FILE --aud ORG --sub PATH [--exp TIME] [--nbf TIME] [--iss ISSUER] [--jti ID] "
     "[--keyring FILE] [--json]",
     "Signs a credentialRef token and prints it.\n\n"
     "  --aud   the ID of the organization that may use the token\n"
     "  --sub   the path of the secret in the vault, such as kv/erp/acme#7,\n"
     "          1 to " SUBJECT_LIMIT " bytes\n"
     "  --exp   when the token expires: +30d (s, m, h, d, w from now) or\n"
     "          2030-01-02T03:04:05Z; default: never\n"
     "  --nbf   when the token becomes valid, in the same form; default: at once\n"
     "  --iss   the issuer\n"
     "  --jti   the ID by which the token can be revoked; default: a random ID\n"
     "  --keyring  issues only if the key is active in this keyring\n" ABOUT_PASSPHRASES,
     NULL, BIT(secret) | BIT(aud) | BIT(sub),
     BIT(exp) | BIT(nbf) | BIT(iss) | BIT(jti) | BIT(keyring) | BIT(json), 0, run_issue},
    {"verify", "--keyring FILE --aud ORG [--iss ISSUER] [--json] TOKEN|-",
     "Checks a token as a gateway does, with a leeway of " LEEWAY " seconds, and prints its\n"
     "claims. If the token is rejected, prints the reason to standard error, with --json to\n"
     "standard output, and exits with 1. `-` reads the token from standard input.\n",
     "TOKEN", BIT(keyring) | BIT(aud), BIT(iss) | BIT(json), 0, run_verify},
    {"inspect", "[--json] TOKEN|-",
     "Prints the claims and the footer of a token without any check, as one JSON document\n"
     "with or without --json. Do not trust them. `-` reads the token from standard input.\n",
     "TOKEN", 0, BIT(json), 0, run_inspect},
    {"list", "--keyring FILE [--json]",
     "Prints the keys with their states, dates and reasons, and the revoked tokens.\n\n"
     "A key is active, retired or revoked, since the date that is shown. Outside of its\n"
     "dates it is pending or expired.\n",
     NULL, BIT(keyring), BIT(json), 0, run_list},
    {"retire", "--keyring FILE [--reason TEXT] [--json] KID",
     "Retires a key: the tokens that it has signed stay valid.\n" ABOUT_REASONS, "KID",
     BIT(keyring), BIT(reason) | BIT(json), 0, run_retire},
    {"revoke", "--keyring FILE [--reason TEXT] [--json] KID",
     "Revokes a key, for good: every token that it has signed is rejected.\n" ABOUT_REASONS, "KID",
     BIT(keyring), BIT(reason) | BIT(json), 0, run_revoke},
    {"revoke-token", "--keyring FILE [--reason TEXT] [--json] TOKEN|JTI|-",
     "Revokes a token, and prints what it was for. `-` reads it from standard input.\n"
     "Every token with the same jti is rejected.\n" ABOUT_TOKENS ABOUT_REASONS,
     "TOKEN, JTI or -", BIT(keyring), BIT(reason) | BIT(json), 0, run_revoke_token},
    {"unrevoke", "--keyring FILE [--json] TOKEN|JTI|-",
     "Takes back the revocation of a token. That of a key can't be taken back.\n" ABOUT_TOKENS,
     "TOKEN, JTI or -", BIT(keyring), BIT(json), 0, run_unrevoke},
};

static const struct tool_option tool_options[] = {
#define TOOL_OPTION(member, option, flag) {.name = option, .is_flag = flag},
    OPTIONS(TOOL_OPTION)
#undef TOOL_OPTION
};

int main(int argc, char **argv)
{
    static struct options given;
    const struct tool tool = {
        .name = "vaultctl",
        .version = VAULT_VERSION,
        .purpose = "vaultctl manages the vault's keys and credentialRef tokens (PASETO v4.public).",
        .exit_codes = "0 done; 1 the token is rejected; 2 wrong usage; 3 a file, a key or a "
                      "passphrase can't be used",
        .commands = commands,
        .command_count = sizeof commands / sizeof *commands,
        .options = tool_options,
        .option_count = OPTION_COUNT,
        .given = &given,
        .values = given.values,
        .operand = &given.operand,
    };
    return tool_run(&tool, argc, argv);
}
