// SPDX-License-Identifier: MIT
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "vault/ctl/ctl.h"

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
    const char *operand; /* NULL: it takes none. */
    unsigned required;
    unsigned optional;
    enum exit_code (*run)(const struct options *options);
};

#define PASSPHRASE_HELP                                                                          \
    "\nThe passphrase of the secret key comes from the file that VAULT_PASSPHRASE_FILE names,\n" \
    "from VAULT_PASSPHRASE, or from the terminal, without echo.\n"

static const struct command commands[] = {
    {"keygen", "--keyring FILE --secret FILE",
     "Makes a key: its public part goes into the keyring (made if it is not there) and is active "
     "from now on; the\n"
     "formerly active key retires: it still verifies. The secret part is wrapped with a passphrase "
     "and written to the\n"
     "secret file, mode 0600; a secret file that is there already is kept, with the ID of its "
     "successor appended to its\n"
     "name. Prints the key's ID.\n" PASSPHRASE_HELP,
     NULL, BIT(keyring) | BIT(secret), 0, run_keygen},
    {"issue",
     "--secret FILE --aud ORG --sub PATH [--exp TIME] [--nbf TIME] [--iss ISSUER] [--jti ID]",
     "Signs a credentialRef and prints it, alone.\n\n"
     "  --aud   the organization that it is for\n"
     "  --sub   the path of the secret in the vault, 1 to 512 bytes, such as kv/erp/acme#7\n"
     "  --exp   when it expires: +30d (s, m, h, d, w from now) or 2030-01-02T03:04:05Z; without, "
     "never\n"
     "  --nbf   from when it is valid, written alike\n"
     "  --iss   the issuer\n"
     "  --jti   its own ID, by which it can be revoked; a random one if not "
     "given\n" PASSPHRASE_HELP,
     NULL, BIT(secret) | BIT(aud) | BIT(sub), BIT(exp) | BIT(nbf) | BIT(iss) | BIT(jti), run_issue},
    {"verify", "--keyring FILE --aud ORG [--iss ISSUER] TOKEN|-",
     "Checks a token as a gateway does, with a leeway of 60 seconds. Prints its claims; or the "
     "reason for which it is\n"
     "refused, on the standard error, and exits with 1. `-` reads the token from the standard "
     "input.\n",
     "TOKEN", BIT(keyring) | BIT(aud), BIT(iss), run_verify},
    {"inspect", "TOKEN|-", "Prints what a token says, without any check: do not trust it.\n",
     "TOKEN", 0, 0, run_inspect},
    {"list", "--keyring FILE", "Prints the keys with their states, and the revoked tokens.\n", NULL,
     BIT(keyring), 0, run_list},
    {"retire", "--keyring FILE KID", "From now on the key only verifies.\n", "KID", BIT(keyring), 0,
     run_retire},
    {"revoke", "--keyring FILE KID", "From now on every token of the key is refused.\n", "KID",
     BIT(keyring), 0, run_revoke},
    {"revoke-token", "--keyring FILE JTI", "From now on the tokens with this `jti` are refused.\n",
     "JTI", BIT(keyring), 0, run_revoke_token},
};

#define COMMAND_COUNT (sizeof commands / sizeof *commands)

static const struct option long_options[] = {
#define LONG_OPTION(member, option) {option, required_argument, NULL, OPTION_##member},
    OPTIONS(LONG_OPTION)
#undef LONG_OPTION
        {"help", no_argument, NULL, OPTION_help},
    {NULL, 0, NULL, 0},
};

enum exit_code complain(enum exit_code code, const char *format, ...)
{
    va_list arguments;
    fputs("vaultctl: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return code;
}

static void print_overview(FILE *stream)
{
    fputs("vaultctl: keys and credentialRef tokens (PASETO v4.public) of the vault\n\n", stream);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(stream, "  vaultctl %s %s\n", commands[i].name, commands[i].usage);
    fputs("\n  vaultctl COMMAND --help\n  vaultctl --version\n\n"
          "Exit codes: 0 done; 1 verify refused the token; 2 wrong usage; 3 a file, a key or a "
          "passphrase can't be used.\n",
          stream);
}

static void print_help(const struct command *command)
{
    printf("vaultctl %s %s\n\n%s", command->name, command->usage, command->help);
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

static enum exit_code complain_usage(const struct command *command, const char *what,
                                     const char *which)
{
    complain(EXIT_USAGE, "%s: %s%s", command->name, what, which);
    fprintf(stderr, "Usage: vaultctl %s %s\n", command->name, command->usage);
    return EXIT_USAGE;
}

static enum exit_code check_given(const struct command *command, unsigned given)
{
    for (int i = 0; i < OPTION_COUNT; i++) {
        const unsigned bit = 1u << i;
        if ((given & bit) && !((command->required | command->optional) & bit))
            return complain_usage(command, "it does not take --", long_options[i].name);
        if (!(given & bit) && (command->required & bit))
            return complain_usage(command, "it needs --", long_options[i].name);
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
            return complain_usage(command,
                                  "unknown option, or its value is missing: ", argv[optind - 1]);
        set_option(&options, option);
        given |= 1u << option;
    }
    const enum exit_code code = check_given(command, given);
    if (code != EXIT_DONE)
        return code;
    if (command->operand != NULL && optind + 1 != argc)
        return complain_usage(command, "it needs exactly one ", command->operand);
    if (command->operand == NULL && optind != argc)
        return complain_usage(command, "unexpected: ", argv[optind]);
    options.operand = argv[optind];
    return command->run(&options);
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
            return (int)run(&commands[i], argc - 1, argv + 1);
    }
    if (argc > 1)
        complain(EXIT_USAGE, "there is no command '%s'", name);
    print_overview(stderr);
    return EXIT_USAGE;
}
