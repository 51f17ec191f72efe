// SPDX-License-Identifier: MIT
#include "vault/tool/tool.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

enum { OPTION_HELP = 'h' }; /* No option's place: there are fewer. */

/* ---- Help ---- */

/* Whether a command of two words begins with this one. */
static bool is_in_group(const struct tool_command *command, const char *group)
{
    const size_t size = strlen(group);
    return strncmp(command->name, group, size) == 0 && command->name[size] == ' ';
}

static bool is_group(const struct tool *tool, const char *word)
{
    for (size_t i = 0; i < tool->command_count; i++) {
        if (is_in_group(&tool->commands[i], word))
            return true;
    }
    return false;
}

/* Those of a group; NULL: all. */
static void print_commands(const struct tool *tool, const char *group, FILE *stream)
{
    for (size_t i = 0; i < tool->command_count; i++) {
        if (group == NULL || is_in_group(&tool->commands[i], group))
            fprintf(stream, "  %s %s %s\n", tool->name, tool->commands[i].name,
                    tool->commands[i].usage);
    }
}

static void print_overview(const struct tool *tool, FILE *stream)
{
    fprintf(stream, "%s\n\n", tool->purpose);
    print_commands(tool, NULL, stream);
    fprintf(stream, "\n  %s COMMAND --help\n  %s --version\n\nExit codes: %s.\n", tool->name,
            tool->name, tool->exit_codes);
}

static void print_help(const struct tool *tool, const struct tool_command *command)
{
    printf("%s %s %s\n\n%s", tool->name, command->name, command->usage, command->help);
}

/* ---- Wrong usage ---- */

static enum exit_code report_usage(const struct tool *tool, const struct tool_command *command,
                                   const char *what, const char *which)
{
    report(EXIT_USAGE, "%s: %s%s", command->name, what, which);
    fprintf(stderr, "Usage: %s %s %s\n", tool->name, command->name, command->usage);
    return EXIT_USAGE;
}

/* The names of the options with these bits: "--database or --root". */
struct names {
    char text[128];
};

static struct names names_of(const struct tool *tool, uint32_t bits)
{
    struct names names = {""};
    size_t size = 0;
    for (size_t i = 0; i < tool->option_count; i++) {
        if ((bits & 1u << i) && size < sizeof names.text)
            size += (size_t)snprintf(names.text + size, sizeof names.text - size, "%s--%s",
                                     size == 0 ? "" : " or ", tool->options[i].name);
    }
    return names;
}

static enum exit_code check_given(const struct tool *tool, const struct tool_command *command,
                                  uint32_t given)
{
    const uint32_t unexpected = given & ~(command->required | command->one_of | command->optional);
    const uint32_t missing = command->required & ~given;
    const uint32_t chosen = command->one_of & given;
    if (unexpected != 0)
        return report_usage(tool, command, "unexpected option ",
                            names_of(tool, unexpected & -unexpected).text);
    if (missing != 0)
        return report_usage(tool, command, "missing option ",
                            names_of(tool, missing & -missing).text);
    if (command->one_of != 0 && chosen == 0)
        return report_usage(tool, command, "missing option ", names_of(tool, command->one_of).text);
    if ((chosen & (chosen - 1)) != 0)
        return report_usage(tool, command, "give only one of ", names_of(tool, chosen).text);
    return EXIT_DONE;
}

/* ---- Reading what was given ---- */

static void list_options(const struct tool *tool, struct option ret_list[TOOL_OPTIONS_MAX + 2])
{
    size_t count = 0;
    for (; count < tool->option_count; count++) {
        const struct tool_option *option = &tool->options[count];
        ret_list[count] = (struct option){option->name,
                                          option->is_flag ? no_argument : required_argument, NULL,
                                          (int)count};
    }
    ret_list[count] = (struct option){"help", no_argument, NULL, OPTION_HELP};
    ret_list[count + 1] = (struct option){0};
}

/* The letters of the options, as getopt reads them. */
struct letters {
    char text[2 * TOOL_OPTIONS_MAX + 2];
};

static struct letters letters_of(const struct tool *tool)
{
    struct letters letters = {"h"};
    size_t size = 1;
    for (size_t i = 0; i < tool->option_count; i++) {
        if (tool->options[i].letter == 0)
            continue;
        letters.text[size++] = tool->options[i].letter;
        if (!tool->options[i].is_flag)
            letters.text[size++] = ':';
    }
    return letters;
}

/* What getopt found: an option's place, or its letter. */
static int place_of(const struct tool *tool, int found)
{
    for (size_t i = 0; i < tool->option_count; i++) {
        if (tool->options[i].letter != 0 && tool->options[i].letter == found)
            return (int)i;
    }
    return found;
}

static enum exit_code check_operands(const struct tool *tool, const struct tool_command *command,
                                     int argc, char **argv)
{
    if (command->operand != NULL && optind + 1 != argc)
        return report_usage(tool, command, "expected exactly one ", command->operand);
    if (command->operand == NULL && optind != argc)
        return report_usage(tool, command, "unexpected argument: ", argv[optind]);
    return EXIT_DONE;
}

/* argv[0] is the command. */
static enum exit_code run(const struct tool *tool, const struct tool_command *command, int argc,
                          char **argv)
{
    struct option list[TOOL_OPTIONS_MAX + 2];
    uint32_t given = 0;
    int option;
    const struct letters letters = letters_of(tool);
    list_options(tool, list);
    opterr = 0;
    while ((option = getopt_long(argc, argv, letters.text, list, NULL)) != -1) {
        option = place_of(tool, option);
        if (option == OPTION_HELP) {
            print_help(tool, command);
            return EXIT_DONE;
        }
        if (option == '?')
            return report_usage(tool, command,
                                "unknown option or missing value: ", argv[optind - 1]);
        tool->values[option] = optarg == NULL ? "" : optarg;
        given |= 1u << option;
    }
    enum exit_code code = check_given(tool, command, given);
    if (code == EXIT_DONE)
        code = check_operands(tool, command, argc, argv);
    if (code != EXIT_DONE)
        return code;
    *tool->operand = argv[optind];
    return (tool->choose == NULL ? command->run : tool->choose(command, tool->given))(tool->given);
}

/* Output that is lost, as on a full disk, is not done. */
static int finish(enum exit_code code)
{
    if (fflush(stdout) == 0 && ferror(stdout) == 0)
        return (int)code;
    return (int)report(EXIT_UNUSABLE, "standard output can't be written: %s", strerror(errno));
}

/* How many arguments name the command; 0: they name another. */
static int match(const struct tool_command *command, int argc, char **argv)
{
    const char *second = strchr(command->name, ' ');
    const size_t size = second == NULL ? strlen(command->name) : (size_t)(second - command->name);
    if (argc < 2 || strlen(argv[1]) != size || memcmp(argv[1], command->name, size) != 0)
        return 0;
    if (second == NULL)
        return 1;
    return argc > 2 && strcmp(argv[2], second + 1) == 0 ? 2 : 0;
}

static bool asks_for_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* The arguments name no command. Of a word that some begin with, only those are shown. */
static enum exit_code show_commands(const struct tool *tool, int argc, char **argv)
{
    const char *first = argc > 1 ? argv[1] : "";
    const char *second = argc > 2 ? argv[2] : "";
    const bool has_second = second[0] != '\0' && second[0] != '-';
    const bool in_group = is_group(tool, first);
    if (in_group && asks_for_help(second)) {
        print_commands(tool, first, stdout);
        return EXIT_DONE;
    }
    if (argc > 1)
        report(EXIT_USAGE, "%s command: %s%s%s", in_group && !has_second ? "incomplete" : "unknown",
               first, has_second ? " " : "", has_second ? second : "");
    if (in_group)
        print_commands(tool, first, stderr);
    else
        print_overview(tool, stderr);
    return EXIT_USAGE;
}

int tool_run(const struct tool *tool, int argc, char **argv)
{
    const char *first = argc > 1 ? argv[1] : "";
    if (asks_for_help(first) || strcmp(first, "help") == 0) {
        print_overview(tool, stdout);
        return finish(EXIT_DONE);
    }
    if (strcmp(first, "--version") == 0) {
        printf("%s %s\n", tool->name, tool->version);
        return finish(EXIT_DONE);
    }
    for (size_t i = 0; i < tool->command_count; i++) {
        const int words = match(&tool->commands[i], argc, argv);
        if (words > 0)
            return finish(run(tool, &tool->commands[i], argc - words, argv + words));
    }
    return finish(show_commands(tool, argc, argv));
}
