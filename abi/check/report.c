// SPDX-License-Identifier: MIT
#include "abi/check/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/check/checks/registry.h"
#include "abi/check/inspect/notation.h"

/* ---- Texts: those of the plugin may hold any bytes ---- */

/* Replaces bytes that are not UTF-8 by question marks; a truncated text may end in some. */
static json_t *json_text(const char *text)
{
    char *copy = strdup(text);
    for (char *c = copy; c != NULL && *c != '\0' && !notation_is_utf8(copy, strlen(copy)); c++)
        if ((unsigned char)*c >= 0x80)
            *c = '?';
    json_t *json = json_string(copy == NULL ? "" : copy);
    free(copy);
    return json;
}

/* YAML's double-quoted strings include those of JSON. */
static void print_quoted(const char *name, const char *text)
{
    json_t *json = json_text(text);
    char *quoted = json_dumps(json, JSON_ENCODE_ANY);
    printf("  %s: %s\n", name, quoted == NULL ? "\"\"" : quoted);
    free(quoted);
    json_decref(json);
}

static void print_lines(const char *prefix, const char *text)
{
    while (*text != '\0') {
        const size_t size = strcspn(text, "\n");
        printf("%s%.*s\n", prefix, (int)size, text);
        text += size + (text[size] == '\n');
    }
}

/* ---- TAP ---- */

void report_begin(const struct check_options *options)
{
    if (!options->json)
        printf("TAP version 14\n1..%zu\n", check_count);
    fflush(stdout);
}

static bool is_terminal(void)
{
    return isatty(STDERR_FILENO);
}

void report_progress(size_t index)
{
    if (is_terminal())
        fprintf(stderr, "\r\033[K%zu/%zu %s", index + 1, check_count, checks[index].name);
}

static void clear_progress(void)
{
    if (is_terminal())
        fputs("\r\033[K", stderr);
}

static void print_diagnostic(const struct check_result *result)
{
    puts("  ---");
    print_quoted("detail", result->detail);
    print_quoted("cure", result->cure);
    printf("  milliseconds: %" PRIu64 "\n", result->milliseconds);
    if (result->output[0] != '\0')
        print_quoted("output", result->output);
    puts("  ...");
}

void report_result(const struct check_options *options, size_t index,
                   const struct check_result *result)
{
    clear_progress();
    if (options->json)
        return;
    printf("%s %zu - %s: %s", result->outcome == CHECK_NOT_OK ? "not ok" : "ok", index + 1,
           checks[index].name, checks[index].title);
    if (result->outcome == CHECK_SKIP)
        printf(" # SKIP %.*s", (int)strcspn(result->detail, "\n"), result->detail);
    puts("");
    if (result->outcome == CHECK_NOT_OK)
        print_diagnostic(result);
    print_lines("# ", result->notes);
    fflush(stdout);
}

void report_bail_out(const struct check_options *options, const char *detail)
{
    clear_progress();
    if (!options->json)
        printf("Bail out! %.*s\n", (int)strcspn(detail, "\n"), detail);
}

/* ---- The summary ---- */

static size_t count(const struct check_run *run, enum check_outcome outcome)
{
    size_t sum = 0;
    for (size_t i = 0; i < run->done; i++)
        sum += run->results[i].outcome == outcome;
    return sum;
}

static void print_names(const struct check_run *run, enum check_outcome outcome, const char *label)
{
    const char *separator = label;
    for (size_t i = 0; i < run->done; i++) {
        if (run->results[i].outcome != outcome)
            continue;
        printf("%s%s", separator, checks[i].name);
        separator = ", ";
    }
    if (separator != label)
        puts("");
}

static void print_summary(const struct check_run *run, const struct check_identity *identity)
{
    print_names(run, CHECK_NOT_OK, "# failed: ");
    print_names(run, CHECK_SKIP, "# skipped: ");
    if (identity->id[0] != '\0')
        printf("# %s %s, plugin ABI %u.%u: ", identity->id, identity->version, identity->abi_major,
               identity->abi_minor);
    else
        printf("# %s: ", run->options->plugin);
    printf("%zu passed, %zu failed, %zu skipped\n", count(run, CHECK_OK), count(run, CHECK_NOT_OK),
           count(run, CHECK_SKIP));
}

/* ---- JSON ---- */

static json_t *identity_json(const struct check_options *options,
                             const struct check_identity *identity)
{
    json_t *json = json_pack("{s:o}", "path", json_text(options->plugin));
    if (identity->id[0] != '\0') {
        json_object_set_new(json, "id", json_text(identity->id));
        json_object_set_new(json, "name", json_text(identity->name));
        json_object_set_new(json, "version", json_text(identity->version));
    }
    if (identity->abi_known)
        json_object_set_new(json, "abi",
                            json_sprintf("%u.%u", identity->abi_major, identity->abi_minor));
    return json;
}

static json_t *result_json(size_t index, const struct check_result *result)
{
    static const char *const names[] = {"ok", "not ok", "skip"};
    json_t *json = json_pack("{s:s, s:s, s:s, s:I}", "name", checks[index].name, "title",
                             checks[index].title, "result", names[result->outcome], "milliseconds",
                             (json_int_t)result->milliseconds);
    if (result->outcome != CHECK_OK)
        json_object_set_new(json, "detail", json_text(result->detail));
    if (result->outcome == CHECK_NOT_OK)
        json_object_set_new(json, "cure", json_text(result->cure));
    if (result->notes[0] != '\0')
        json_object_set_new(json, "notes", json_text(result->notes));
    if (result->outcome == CHECK_NOT_OK && result->output[0] != '\0')
        json_object_set_new(json, "output", json_text(result->output));
    return json;
}

static void print_json(const struct check_run *run, const struct check_identity *identity)
{
    json_t *list = json_array();
    for (size_t i = 0; i < run->done; i++)
        json_array_append_new(list, result_json(i, &run->results[i]));
    json_t *document = json_pack("{s:o, s:o, s:I, s:I, s:I}", "plugin",
                                 identity_json(run->options, identity), "checks", list, "passed",
                                 (json_int_t)count(run, CHECK_OK), "failed",
                                 (json_int_t)count(run, CHECK_NOT_OK), "skipped",
                                 (json_int_t)count(run, CHECK_SKIP));
    json_dumpf(document, stdout, JSON_INDENT(2));
    puts("");
    json_decref(document);
}

void report_end(const struct check_run *run, const struct check_identity *identity)
{
    clear_progress();
    if (run->options->json)
        print_json(run, identity);
    else
        print_summary(run, identity);
}
