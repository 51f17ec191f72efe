// SPDX-License-Identifier: MIT
#include "plugin/ctl/import_file.h"

#include "plugin/ctl/reminting.h"

struct import {
    const struct options *options;
    struct reminting reminting;
    long long wanted; /* Lines of organizations that are to be imported. */
    import_line_fn *take;
    void *user;
};

static bool has_id(enum import_kind kind)
{
    return kind == IMPORT_INTEGRATION || kind == IMPORT_DELETED;
}

static bool is_wanted(const struct options *options, struct text id)
{
    return options->organization == NULL || text_equal(text_of(options->organization), id);
}

/* ---- The whole file, before anything is changed ---- */

static enum exit_code check_lines(struct import *import, struct import_reader *reader)
{
    enum import_kind kind = IMPORT_INTEGRATION;
    struct vault_failure failure;
    while (kind != IMPORT_END) {
        if (!import_next(reader, &kind, &failure))
            return report(EXIT_UNUSABLE, "%s. Nothing was imported", failure.message);
        import->wanted += kind != IMPORT_END && is_wanted(import->options, reader->organization_id);
        if (has_id(kind) && is_wanted(import->options, reader->organization_id) &&
            !reminting_look(&import->reminting, &reader->integration, &failure))
            return report(EXIT_UNUSABLE, "%s. Nothing was imported", failure.message);
    }
    if (import->wanted == 0 && import->options->organization != NULL)
        return report(EXIT_UNUSABLE,
                      "'%s' has nothing of the organization '%s'. Nothing was imported",
                      import->options->from, import->options->organization);
    return EXIT_DONE;
}

static enum exit_code settle_ids(const struct import *import)
{
    struct vault_failure failure;
    const struct reminting *reminting = &import->reminting;
    if (reminting->count > 0 && reminting->path == NULL)
        return report(EXIT_UNUSABLE,
                      "%lld integrations have IDs without the tag of their organization, and would "
                      "not be found in a database of its own; --remint MAPFILE gives them new IDs. "
                      "Nothing was imported",
                      reminting->count);
    return reminting_save(reminting, &failure) ? EXIT_DONE
                                               : report(EXIT_UNUSABLE, "%s", failure.message);
}

/* ---- The lines ---- */

static enum exit_code take_lines(struct import *import, struct import_reader *reader)
{
    enum import_kind kind = IMPORT_INTEGRATION;
    enum exit_code code = EXIT_DONE;
    struct vault_failure failure;
    while (code == EXIT_DONE && kind != IMPORT_END) {
        if (!import_next(reader, &kind, &failure))
            return report(EXIT_UNUSABLE, "%s", failure.message);
        if (kind != IMPORT_END && !is_wanted(import->options, reader->organization_id))
            continue;
        if (has_id(kind))
            reader->integration.id = reminting_id(&import->reminting, &reader->integration);
        code = import->take(import->user, reader, kind);
    }
    return code;
}

typedef enum exit_code pass_fn(struct import *import, struct import_reader *reader);

static enum exit_code read_file(struct import *import, pass_fn *pass)
{
    static struct import_reader reader; /* Its sum needs more alignment than some stacks have. */
    struct vault_failure failure;
    const enum exit_code code = import_open(&reader, import->options->from, &failure)
                                    ? pass(import, &reader)
                                    : report(EXIT_UNUSABLE, "%s", failure.message);
    import_close(&reader);
    return code;
}

enum exit_code import_file(const struct options *options, import_line_fn *take, void *user)
{
    struct vault_failure failure;
    struct import import = {.options = options, .take = take, .user = user};
    enum exit_code code = reminting_init(&import.reminting, options->remint, &failure)
                              ? EXIT_DONE
                              : report(EXIT_UNUSABLE, "%s", failure.message);
    if (code == EXIT_DONE)
        code = read_file(&import, check_lines);
    if (code == EXIT_DONE)
        code = settle_ids(&import);
    if (code == EXIT_DONE)
        code = read_file(&import, take_lines);
    reminting_finish(&import.reminting);
    return code;
}
