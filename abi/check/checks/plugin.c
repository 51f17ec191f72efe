// SPDX-License-Identifier: MIT
/* What the entry returns: the version, the structs and their members. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "abi/check/checks/registry.h"
#include "abi/check/harness/session.h"
#include "abi/check/inspect/notation.h"
#include "abi/host/plugin_validation.h"

void check_entry(struct check_run *run)
{
    check_cure(run,
               "return the address of the same constant struct to every host of plugin ABI %u.%u",
               GQL_ABI_MAJOR, GQL_ABI_MINOR);
    const gql_plugin_entry_fn entry = session_entry(run);
    if (entry == NULL)
        return;
    check_step(GQL_PLUGIN_ENTRY_SYMBOL);
    const gql_plugin *first = entry(GQL_ABI_MAJOR, GQL_ABI_MINOR);
    const gql_plugin *second = entry(GQL_ABI_MAJOR, GQL_ABI_MINOR);
    check_step_done();
    if (first == NULL)
        check_fail(run, "returns NULL to a host of plugin ABI %u.%u", GQL_ABI_MAJOR, GQL_ABI_MINOR);
    else if (first != second)
        check_fail(run, "returned another pointer when called again");
}

void check_foreign_major(struct check_run *run)
{
    check_cure(run,
               "return NULL if host_abi_major is not the version that the plugin was written for");
    const gql_plugin_entry_fn entry = session_entry(run);
    if (entry == NULL)
        return;
    check_step(GQL_PLUGIN_ENTRY_SYMBOL " with another major version");
    const gql_plugin *plugin = entry(GQL_ABI_MAJOR + 1, 0);
    check_step_done();
    if (plugin != NULL)
        check_fail(run, "accepts a host of plugin ABI %u.0, which it can't know",
                   GQL_ABI_MAJOR + 1);
}

static void remember_version(struct check_run *run, const gql_plugin *plugin)
{
    if (!GQL_HAS(plugin, abi_minor))
        return;
    run->shared->identity.abi_known = 1;
    run->shared->identity.abi_major = plugin->abi_major;
    run->shared->identity.abi_minor = plugin->abi_minor;
}

void check_version(struct check_run *run)
{
    gql_failure failure = {.struct_size = sizeof failure};
    const gql_plugin *plugin = session_plugin(run);
    check_cure(
        run,
        "write the plugin for plugin ABI %u.%u, set struct_size, and set abi_major and abi_minor "
        "to the literals %u and %u",
        GQL_ABI_MAJOR, GQL_ABI_MINOR, GQL_ABI_MAJOR, GQL_ABI_MINOR);
    if (plugin == NULL)
        return;
    remember_version(run, plugin);
    if (gql_plugin_validate_version(run->options->plugin, plugin, &failure) != GQL_OK)
        check_fail(run, "%s", check_without_path(run, failure.message));
}

static uint32_t largest(uint32_t one, uint32_t other)
{
    return one > other ? one : other;
}

static void note_larger(struct check_run *run, const char *what, uint32_t size, size_t known)
{
    if (size > known)
        check_note(run, "%s has %u bytes, %zu more than this tool knows: built with a newer header",
                   what, size, size - known);
}

/* Says so once for each kind of struct. NULL pointers are found by the check `members`. */
static void note_larger_tables(struct check_run *run, const gql_schema *schema)
{
    uint32_t part = 0;
    uint32_t resolver = 0;
    uint32_t loader = 0;
    for (uint32_t i = 0; schema->parts != NULL && i < schema->part_count; i++)
        part = largest(part, schema->parts[i] == NULL ? 0 : schema->parts[i]->struct_size);
    for (uint32_t i = 0; schema->resolvers != NULL && i < schema->resolver_count; i++)
        resolver = largest(resolver,
                           schema->resolvers[i] == NULL ? 0 : schema->resolvers[i]->struct_size);
    for (uint32_t i = 0; schema->loaders != NULL && i < schema->loader_count; i++)
        loader = largest(loader, schema->loaders[i] == NULL ? 0 : schema->loaders[i]->struct_size);
    note_larger(run, "gql_schema", schema->struct_size, sizeof *schema);
    note_larger(run, "gql_schema_part", part, sizeof(gql_schema_part));
    note_larger(run, "gql_resolver", resolver, sizeof(gql_resolver));
    note_larger(run, "gql_loader", loader, sizeof(gql_loader));
}

void check_sizes(struct check_run *run)
{
    gql_failure failure = {.struct_size = sizeof failure};
    const gql_plugin *plugin = session_plugin(run);
    check_cure(run, "set struct_size to sizeof in every struct");
    if (plugin == NULL)
        return;
    const int32_t code = gql_plugin_validate_sizes(run->options->plugin, plugin, &failure);
    if (code == GQL_E_VERSION) { /* Of a flag or a reserved member. */
        check_skip(run, "needs the check reserved to pass");
        return;
    }
    if (code != GQL_OK) {
        check_fail(run, "%s", check_without_path(run, failure.message));
        return;
    }
    note_larger(run, "gql_plugin", plugin->struct_size, sizeof *plugin);
    if (plugin->schema != NULL)
        note_larger_tables(run, plugin->schema);
}

static void remember_identity(struct check_run *run, const gql_plugin *plugin)
{
    struct check_identity *identity = &run->shared->identity;
    remember_version(run, plugin);
    snprintf(identity->id, sizeof identity->id, "%s", plugin->id);
    snprintf(identity->name, sizeof identity->name, "%s", plugin->name);
    snprintf(identity->version, sizeof identity->version, "%s", plugin->version);
}

void check_members(struct check_run *run)
{
    gql_failure failure = {.struct_size = sizeof failure};
    const gql_plugin *plugin = session_plugin(run);
    check_cure(run, "set every member that is not optional in gql_plugin.h");
    if (plugin == NULL)
        return;
    if (gql_plugin_validate_members(run->options->plugin, plugin, &failure) != GQL_OK)
        check_fail(run, "%s", check_without_path(run, failure.message));
    else
        remember_identity(run, plugin);
}

/* ---- What later versions may use ---- */

#define RESOLVER_FLAGS (GQL_RESOLVER_INLINE | GQL_RESOLVER_WRITES | GQL_RESOLVER_SHAPES)

/*
 * A plugin of this version can't mean anything by bits, kinds and reserved members that this
 * version does not define. Of a later version, hosts ignore flags 0 to 15 and unknown kinds.
 */
static void report_unknown(struct check_run *run, bool ignored, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void report_unknown(struct check_run *run, bool ignored, const char *format, ...)
{
    char what[CHECK_TEXT / 4];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    if (ignored && run->shared->identity.abi_minor > GQL_ABI_MINOR)
        check_note(run, "%s, which this tool does not know", what);
    else
        check_fail(run, "%s", what);
}

static void check_flags(struct check_run *run, const char *what, const char *name, uint32_t flags,
                        uint32_t known)
{
    if ((flags & ~known) != 0)
        report_unknown(run, (flags & ~known) >> 16 == 0, "%s %s has the unknown flags 0x%" PRIx32,
                       what, name == NULL ? "?" : name, flags & ~known);
}

static void check_zero(struct check_run *run, const char *what, const char *name, uint32_t reserved)
{
    if (reserved != 0)
        report_unknown(run, false, "`reserved` of %s %s is not 0", what, name == NULL ? "?" : name);
}

static void check_part(struct check_run *run, const gql_schema_part *part)
{
    if (part != NULL && GQL_FITS(part, GQL_SCHEMA_PART_SIZE_0_2) &&
        (part->kind < GQL_PART_OWN || part->kind > GQL_PART_SUBGRAPH))
        report_unknown(run, true, "the part \"%s\" has the unknown kind %u", part->name,
                       part->kind);
}

static void check_resolver(struct check_run *run, const gql_resolver *resolver)
{
    if (resolver == NULL || !GQL_FITS(resolver, GQL_RESOLVER_SIZE_0_2))
        return;
    check_flags(run, "the resolver", resolver->field, resolver->flags, RESOLVER_FLAGS);
    check_zero(run, "the resolver", resolver->field, resolver->reserved);
}

static void check_loader(struct check_run *run, const gql_loader *loader)
{
    if (loader != NULL && GQL_FITS(loader, GQL_LOADER_SIZE_0_2))
        check_flags(run, "the loader", loader->type, loader->flags, RESOLVER_FLAGS);
}

static void check_schema(struct check_run *run, const gql_schema *schema)
{
    check_zero(run, "the struct", "gql_schema", schema->reserved);
    for (uint32_t i = 0; schema->parts != NULL && i < schema->part_count; i++)
        check_part(run, schema->parts[i]);
    for (uint32_t i = 0; schema->resolvers != NULL && i < schema->resolver_count; i++)
        check_resolver(run, schema->resolvers[i]);
    for (uint32_t i = 0; schema->loaders != NULL && i < schema->loader_count; i++)
        check_loader(run, schema->loaders[i]);
}

/* Hosts test flags and reserved members together with sizes, so this looks at each by itself. */
void check_reserved(struct check_run *run)
{
    const gql_plugin *plugin = session_plugin(run);
    check_cure(run, "set reserved members to 0, and use only the kinds and flags of gql_plugin.h");
    if (plugin == NULL || !GQL_FITS(plugin, GQL_PLUGIN_SIZE_0_2))
        return;
    remember_version(run, plugin);
    check_flags(run, "the struct", "gql_plugin", plugin->flags, GQL_PLUGIN_RESIDENT);
    if (plugin->schema != NULL && GQL_FITS(plugin->schema, GQL_SCHEMA_SIZE_0_2))
        check_schema(run, plugin->schema);
}

void check_descriptor(struct check_run *run)
{
    const gql_plugin *plugin = session_plugin(run);
    check_cure(run, "give each string the form that gql_plugin.h describes");
    if (plugin == NULL)
        return;
    const struct {
        const char *name;
        const char *text;
        bool (*is_right)(const char *text);
        const char *form;
    } members[] = {
        {"id", plugin->id, notation_is_reverse_domain,
         "a reverse domain name such as `org.example.integrations`"},
        {"name", plugin->name, notation_is_line, "one line of UTF-8"},
        {"version", plugin->version, notation_is_semantic_version,
         "a version of Semantic Versioning 2.0.0 such as `1.0.0`"},
        {"description", plugin->description, notation_is_line, "one line of UTF-8"},
        {"homepage", plugin->homepage, notation_is_url, "a URL"},
        {"licence", plugin->licence, notation_is_licence,
         "an SPDX expression such as `MIT` or `MIT OR Apache-2.0`"},
    };
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        if (members[i].text != NULL && !members[i].is_right(members[i].text))
            check_fail(run, "gql_plugin.%s is \"%.200s\", which is not %s", members[i].name,
                       members[i].text, members[i].form);
}
