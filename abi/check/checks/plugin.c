// SPDX-License-Identifier: MIT
/* What the entry returns: the version, the structs and their members. */
#include <inttypes.h>
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

static void note_larger(struct check_run *run, const char *what, uint32_t size, size_t known)
{
    if (size > known)
        check_note(run, "%s has %u bytes, %zu more than this tool knows: built with a newer header",
                   what, size, size - known);
}

void check_sizes(struct check_run *run)
{
    gql_failure failure = {.struct_size = sizeof failure};
    const gql_plugin *plugin = session_plugin(run);
    check_cure(run, "set struct_size to sizeof in every struct");
    if (plugin == NULL)
        return;
    if (gql_plugin_validate_sizes(run->options->plugin, plugin, &failure) != GQL_OK) {
        check_fail(run, "%s", check_without_path(run, failure.message));
        return;
    }
    note_larger(run, "gql_plugin", plugin->struct_size, sizeof *plugin);
    if (plugin->schema != NULL)
        note_larger(run, "gql_schema", plugin->schema->struct_size, sizeof *plugin->schema);
    if (!GQL_HAS(plugin, extension))
        check_note(run, "gql_plugin ends before its optional member `extension`");
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

static void check_flags(struct check_run *run, const char *what, const char *name, uint32_t flags)
{
    if ((flags & ~(GQL_RESOLVER_INLINE | GQL_RESOLVER_WRITES)) != 0)
        check_fail(run, "the %s %s has the unknown flags 0x%" PRIx32, what, name, flags);
}

void check_reserved(struct check_run *run)
{
    const gql_plugin *plugin = session_plugin(run);
    check_cure(run, "set reserved members to 0, and use only the kinds and flags of gql_plugin.h");
    if (plugin == NULL)
        return;
    const gql_schema *schema = plugin->schema;
    if (plugin->reserved != 0 || schema->reserved != 0)
        check_fail(run, "`reserved` of %s is not 0",
                   plugin->reserved != 0 ? "gql_plugin" : "gql_schema");
    for (uint32_t i = 0; i < schema->part_count; i++)
        if (schema->parts[i]->kind < GQL_PART_OWN || schema->parts[i]->kind > GQL_PART_SUBGRAPH)
            check_fail(run, "the part \"%s\" has the unknown kind %u", schema->parts[i]->name,
                       schema->parts[i]->kind);
    for (uint32_t i = 0; i < schema->resolver_count; i++)
        check_flags(run, "resolver", schema->resolvers[i]->field, schema->resolvers[i]->flags);
    for (uint32_t i = 0; i < schema->loader_count; i++)
        check_flags(run, "loader", schema->loaders[i]->type, schema->loaders[i]->flags);
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
