// SPDX-License-Identifier: MIT
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "vault/ctl/commands.h"
#include "vault/limit.h"

enum option_number {
#define OPTION_CONSTANT(member, option) OPTION_##member,
    OPTIONS(OPTION_CONSTANT)
#undef OPTION_CONSTANT
        OPTION_COUNT,
    OPTION_help = 100,
};

#define BIT(member) (1u << OPTION_##member)

struct command {
    const char *name;
    const char *usage;
    const char *help;
    const char *operand; /* NULL: none. */
    unsigned required;   /* Bits of enum option_number. */
    unsigned optional;
    enum exit_code (*run)(const struct options *options);
};

#define SUBJECT_LIMIT VAULT_LIMIT_TEXT(VAULT_SUBJECT_LIMIT)
#define LEEWAY VAULT_LIMIT_TEXT(VERIFY_LEEWAY_SECONDS)

static const struct command commands[] = {
    {"keygen", "--keyring FILE --secret FILE",
     "Makes a key pair and prints its ID.\n\n"
     "The public key is added to the keyring, which is created if it does not exist. The\n"
     "new key becomes active; the key that was active is retired: it still verifies.\n"
     "The secret key is encrypted with a passphrase and written to the secret file, mode\n"
     "0600. An existing secret file is kept: its name gets .before- and the new key's ID.\n",
     NULL, BIT(keyring) | BIT(secret), 0, run_keygen},
    {"issue",
     "--secret FILE --aud ORG --sub PATH [--exp TIME] [--nbf TIME] [--iss ISSUER] [--jti ID]",
     "Signs a credentialRef token and prints it.\n\n"
     "  --aud   the ID of the organization that may use the token\n"
     "  --sub   the path of the secret in the vault, such as kv/erp/acme#7,\n"
     "          1 to " SUBJECT_LIMIT " bytes\n"
     "  --exp   when the token expires: +30d (s, m, h, d, w from now) or\n"
     "          2030-01-02T03:04:05Z; default: never\n"
     "  --nbf   when the token becomes valid, in the same form; default: at once\n"
     "  --iss   the issuer\n"
     "  --jti   the ID by which the token can be revoked; default: a random ID\n",
     NULL, BIT(secret) | BIT(aud) | BIT(sub), BIT(exp) | BIT(nbf) | BIT(iss) | BIT(jti), run_issue},
    {"verify", "--keyring FILE --aud ORG [--iss ISSUER] TOKEN|-",
     "Checks a token as a gateway does, with a leeway of " LEEWAY " seconds, and prints its\n"
     "claims. If the token is rejected, prints the reason to standard error and exits with 1.\n"
     "`-` reads the token from standard input.\n",
     "TOKEN", BIT(keyring) | BIT(aud), BIT(iss), run_verify},
    {"inspect", "TOKEN|-",
     "Prints the claims and the footer of a token without any check. Do not trust them.\n"
     "`-` reads the token from standard input.\n",
     "TOKEN", 0, 0, run_inspect},
    {"list", "--keyring FILE", "Prints the keys with their states, and the revoked tokens.\n", NULL,
     BIT(keyring), 0, run_list},
    {"retire", "--keyring FILE KID", "Retires a key: the tokens that it has signed stay valid.\n",
     "KID", BIT(keyring), 0, run_retire},
    {"revoke", "--keyring FILE KID",
     "Revokes a key, for good: every token that it has signed is rejected.\n", "KID", BIT(keyring),
     0, run_revoke},
    {"revoke-token", "--keyring FILE JTI", "Revokes the tokens with this `jti`.\n", "JTI",
     BIT(keyring), 0, run_revoke_token},
};

#define COMMAND_COUNT (sizeof commands / sizeof *commands)

static const struct option long_options[] = {
#define LONG_OPTION(member, option) {option, required_argument, NULL, OPTION_##member},
    OPTIONS(LONG_OPTION)
#undef LONG_OPTION
        {"help", no_argument, NULL, OPTION_help},
    {NULL, 0, NULL, 0},
};

static void print_overview(FILE *stream)
{
    fputs("vaultctl manages the vault's keys and credentialRef tokens (PASETO v4.public).\n\n",
          stream);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(stream, "  vaultctl %s %s\n", commands[i].name, commands[i].usage);
    fputs("\n  vaultctl COMMAND --help\n  vaultctl --version\n\n"
          "Exit codes: 0 done; 1 the token is rejected; 2 wrong usage; 3 a file, a key or a "
          "passphrase can't be used.\n",
          stream);
}

static void print_help(const struct command *command)
{
    printf("vaultctl %s %s\n\n%s", command->name, command->usage, command->help);
    if (command->required & BIT(secret))
        puts("\nThe passphrase of the secret key is read from the file that VAULT_PASSPHRASE_FILE\n"
             "names, else from VAULT_PASSPHRASE, else from the terminal, without echo.");
}

static void set_option(struct options *options, int option)
{
    switch ((enum option_number)option) {
#define SET_OPTION(member, name)  \
    case OPTION_##member:         \
        options->member = optarg; \
        break;
        OPTIONS(SET_OPTION)
#undef SET_OPTION
    case OPTION_COUNT:
    case OPTION_help:
        break;
    }
}

static enum exit_code report_usage(const struct command *command, const char *what,
                                   const char *which)
{
    report(EXIT_USAGE, "%s: %s%s", command->name, what, which);
    fprintf(stderr, "Usage: vaultctl %s %s\n", command->name, command->usage);
    return EXIT_USAGE;
}

static enum exit_code check_given(const struct command *command, unsigned given)
{
    for (int i = 0; i < OPTION_COUNT; i++) {
        const unsigned bit = 1u << i;
        if ((given & bit) && !((command->required | command->optional) & bit))
            return report_usage(command, "unexpected option --", long_options[i].name);
        if (!(given & bit) && (command->required & bit))
            return report_usage(command, "missing option --", long_options[i].name);
    }
    return EXIT_DONE;
}

static enum exit_code run(const struct command *command, int argc, char **argv)
{
    struct options options = {0};
    unsigned given = 0;
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        if (option == OPTION_help) {
            print_help(command);
            return EXIT_DONE;
        }
        if (option == '?')
            return report_usage(command, "unknown option or missing value: ", argv[optind - 1]);
        set_option(&options, option);
        given |= 1u << option;
    }
    const enum exit_code code = check_given(command, given);
    if (code != EXIT_DONE)
        return code;
    if (command->operand != NULL && optind + 1 != argc)
        return report_usage(command, "expected exactly one ", command->operand);
    if (command->operand == NULL && optind != argc)
        return report_usage(command, "unexpected argument: ", argv[optind]);
    options.operand = argv[optind];
    return command->run(&options);
}

/* Output that is lost, as on a full disk, is not done. */
static int finish(enum exit_code code)
{
    if (fflush(stdout) == 0 && ferror(stdout) == 0)
        return (int)code;
    return (int)report(EXIT_UNUSABLE, "standard output can't be written: %s", strerror(errno));
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    if (strcmp(name, "--help") == 0 || strcmp(name, "help") == 0) {
        print_overview(stdout);
        return EXIT_DONE;
    }
    if (strcmp(name, "--version") == 0) {
        puts("vaultctl " VAULT_VERSION);
        return EXIT_DONE;
    }
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(name, commands[i].name) == 0)
            return finish(run(&commands[i], argc - 1, argv + 1));
    }
    if (argc > 1)
        report(EXIT_USAGE, "unknown command: %s", name);
    print_overview(stderr);
    return EXIT_USAGE;
}
