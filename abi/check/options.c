// SPDX-License-Identifier: MIT
#include "abi/check/options.h"

#include <elf.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "abi/check/harness/given_form.h"
#include "abi/check/harness/requester.h"
#include "abi/check/help.h"
#include "abi/host/signature/trust.h"
#include "gql_host.h"

enum { MOST_BYTES = 16 << 20, DEFAULT_ROUNDS = 20, LEAST_ROUNDS = 5, DEFAULT_TIMEOUT = 10 };

__attribute__((format(printf, 1, 2))) static bool fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("gql-plugin-check: ", stderr);
    vfprintf(stderr, format, arguments);
    fputs("\n", stderr);
    va_end(arguments);
    return false;
}

static char *read_file(const char *option, const char *path)
{
    struct stat status;
    FILE *file = fopen(path, "re");
    char *text = NULL;
    if (file == NULL || fstat(fileno(file), &status) != 0)
        fail("%s %s: %s", option, path, strerror(errno));
    else if (!S_ISREG(status.st_mode) || status.st_size > MOST_BYTES)
        fail("%s %s: not a regular file of at most %d MiB", option, path, MOST_BYTES >> 20);
    else if ((text = calloc(1, (size_t)status.st_size + 1)) == NULL ||
             fread(text, 1, (size_t)status.st_size, file) != (size_t)status.st_size)
        fail("%s %s: can't be read", option, path);
    else if (strlen(text) != (size_t)status.st_size)
        fail("%s %s: not text: contains a NUL byte", option, path);
    else {
        fclose(file);
        return text;
    }
    if (file != NULL)
        fclose(file);
    free(text);
    return NULL;
}

/* The value is JSON itself if it starts with `opening`, else the path of a file. */
static bool is_file(const char *value, char opening)
{
    return value[strspn(value, " \t\r\n")] != opening;
}

/* `--calls`, or `--calls FILE`. The caller frees it. NULL if out of memory. */
static char *name_of(const char *option, const char *value, char opening)
{
    char *name;
    const bool file = is_file(value, opening);
    return asprintf(&name, "%s%s%s", option, file ? " " : "", file ? value : "") < 0 ? NULL : name;
}

static json_t *read_json(const char *option, const char *value, char opening, char **ret_name,
                         char **ret_text)
{
    json_error_t error;
    char *text = is_file(value, opening) ? read_file(option, value) : strdup(value);
    char *name = name_of(option, value, opening);
    if (text == NULL || name == NULL) {
        free(text);
        free(name);
        return NULL;
    }
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    const bool right = json != NULL &&
                       (opening == '{' ? json_is_object(json) : json_is_array(json));
    if (json == NULL)
        fail("%s: not JSON: %s (line %d, column %d)", name, error.text, error.line, error.column);
    else if (!right)
        fail("%s: not a JSON %s", name, opening == '{' ? "object" : "list");
    if (right) {
        *ret_text = text;
        *ret_name = name;
        return json;
    }
    free(text);
    free(name);
    json_decref(json);
    return NULL;
}

static bool take_config(struct check_options *options, const char *value)
{
    if (options->configs[1] != NULL)
        return fail(
            "--config: given more than twice; the second is for the second of two instances");
    const size_t index = options->configs[0] == NULL ? 0 : 1;
    json_t *json = read_json("--config", value, '{', &options->config_names[index],
                             &options->configs[index]);
    options->config_files[index] = is_file(value, '{') ? value : NULL;
    json_decref(json);
    return json != NULL;
}

static bool take_calls(struct check_options *options, const char *value)
{
    char detail[512];
    char *text = NULL;
    json_decref(options->calls);
    free(options->calls_name);
    options->calls_name = NULL;
    options->calls = read_json("--calls", value, '[', &options->calls_name, &text);
    free(text);
    if (options->calls == NULL)
        return false;
    return given_calls_check(options->calls, detail, sizeof detail) ||
           fail("%s: %s", options->calls_name, detail);
}

/* JSON, or the name of an actor who may do everything. */
static bool take_actor(struct check_options *options, const char *value)
{
    json_decref(options->actor);
    options->actor = NULL;
    if (strcmp(value, "nobody") == 0)
        options->actor = json_string(value);
    else if (!is_file(value, '{'))
        options->actor = json_loads(value, JSON_REJECT_DUPLICATES, NULL);
    else
        options->actor = json_pack("{s:s, s:[{s:s, s:[s,s,s,s]}]}", "actor", value, "grants",
                                   "organizationId", "*", "actions", "READ", "CREATE", "UPDATE",
                                   "DELETE");
    return (options->actor != NULL && requester_is_valid(options->actor)) ||
           fail("--actor: must be a name, " REQUESTER_FORM);
}

static bool take_host_schema(struct check_options *options, const char *path)
{
    gql_failure failure = {.struct_size = sizeof failure};
    gql_schema_document *document = NULL;
    free(options->host_sdl);
    options->host_sdl = read_file("--host-schema", path);
    if (options->host_sdl == NULL)
        return false;
    const bool right = gql_schema_document_parse(options->host_sdl, strlen(options->host_sdl),
                                                 &document, &failure) == GQL_OK;
    gql_schema_document_destroy(&document);
    return right || fail("--host-schema %s: %s", path, failure.message);
}

static bool take_key(struct check_options *options, const char *path)
{
    gql_failure failure = {.struct_size = sizeof failure};
    if (options->trust == NULL)
        options->trust = calloc(1, sizeof *options->trust);
    char *text = options->trust == NULL ? NULL : read_file("--key", path);
    const bool right = text != NULL &&
                       trust_add(options->trust, text, strlen(text), &failure) == GQL_OK;
    if (text != NULL && !right)
        fail("--key %s: %s", path, failure.message);
    free(text);
    return right;
}

static bool take_number(const char *option, const char *value, unsigned least, unsigned most,
                        unsigned *ret_number)
{
    char *end;
    errno = 0;
    const unsigned long number = strtoul(value, &end, 10);
    if (strspn(value, "0123456789") != strlen(value) || *value == '\0' || errno != 0 ||
        number < least || number > most)
        return fail("%s: \"%s\" is not a number from %u to %u", option, value, least, most);
    *ret_number = (unsigned)number;
    return true;
}

/* Other files than ELF are a mistake on the command line; ELF files are left to the checks. */
static bool is_elf_file(const char *path)
{
    struct stat status;
    char magic[SELFMAG] = {0};
    if (stat(path, &status) != 0)
        return fail("%s: %s", path, strerror(errno));
    if (!S_ISREG(status.st_mode))
        return fail("%s: not a regular file", path);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return fail("%s: %s", path, strerror(errno));
    const bool elf = fread(magic, 1, SELFMAG, file) == SELFMAG &&
                     memcmp(magic, ELFMAG, SELFMAG) == 0;
    fclose(file);
    return elf || fail("%s: not a plugin: not an ELF file", path);
}

static bool take_option(struct check_options *options, int option)
{
    switch (option) {
    case 'c':
        return take_config(options, optarg);
    case 'l':
        return take_calls(options, optarg);
    case 'a':
        return take_actor(options, optarg);
    case 's':
        return take_host_schema(options, optarg);
    case 'k':
        return take_key(options, optarg);
    case 'r':
        return take_number("--rounds", optarg, LEAST_ROUNDS, 100000, &options->rounds);
    case 't':
        return take_number("--timeout", optarg, 1, 3600, &options->timeout);
    case 'p':
        return options->print = true;
    case 'j':
        return options->json = true;
    default:
        return fail("see --help"); /* getopt_long has printed what is wrong. */
    }
}

enum options_outcome options_read(int argument_count, char **arguments,
                                  struct check_options *options)
{
    static const struct option known[] = {
        {"config", required_argument, NULL, 'c'},  {"calls", required_argument, NULL, 'l'},
        {"actor", required_argument, NULL, 'a'},   {"host-schema", required_argument, NULL, 's'},
        {"key", required_argument, NULL, 'k'},     {"rounds", required_argument, NULL, 'r'},
        {"timeout", required_argument, NULL, 't'}, {"print", no_argument, NULL, 'p'},
        {"json", no_argument, NULL, 'j'},          {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'v'},       {NULL, 0, NULL, 0},
    };
    *options = (struct check_options){.rounds = DEFAULT_ROUNDS, .timeout = DEFAULT_TIMEOUT};
    for (int option; (option = getopt_long(argument_count, arguments, "h", known, NULL)) != -1;) {
        if (option == 'h' || option == 'v') {
            fputs(option == 'h' ? help_text : help_version, stdout);
            return OPTIONS_DONE;
        }
        if (!take_option(options, option))
            return OPTIONS_WRONG;
    }
    if (argument_count - optind != 1) {
        fail("%s; see --help",
             optind == argument_count ? "no plugin given" : "more than one plugin given");
        return OPTIONS_WRONG;
    }
    options->plugin = arguments[optind];
    return is_elf_file(options->plugin) ? OPTIONS_RUN : OPTIONS_WRONG;
}

void options_finish(struct check_options *options)
{
    free(options->configs[0]);
    free(options->configs[1]);
    free(options->config_names[0]);
    free(options->config_names[1]);
    free(options->calls_name);
    free(options->host_sdl);
    free(options->trust);
    json_decref(options->calls);
    json_decref(options->actor);
}
