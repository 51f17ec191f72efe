// SPDX-License-Identifier: MIT
/* What a plugin's tables must be. The files that hold them are the matter of test_library.c. */
#include <criterion/criterion.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "abi/host/plugin_validation.h"

/* A valid plugin, and its tables. */
struct offer {
    gql_plugin plugin;
    gql_schema schema;
    gql_schema_part part;
    gql_resolver resolver;
    gql_loader loader;
    const gql_schema_part *parts[1];
    const gql_resolver *resolvers[1];
    const gql_loader *loaders[1];
    const char *required_fields[2];
};

static int32_t init(const gql_host *host, gql_failure *failure)
{
    return (void)host, (void)failure, GQL_OK;
}

static void deinit(void)
{
}

static int32_t create(const gql_host *host, const char *config, uint64_t config_size,
                      gql_instance **ret_instance, gql_failure *failure)
{
    return (void)host, (void)config, (void)config_size, (void)ret_instance, (void)failure, GQL_OK;
}

static void leave_alone(gql_instance *instance)
{
    (void)instance;
}

static int32_t resolve(gql_instance *instance, const gql_call *call, gql_reply *reply)
{
    return (void)instance, (void)call, (void)reply, GQL_E_MISUSE;
}

static void make_tables(struct offer *offer)
{
    offer->part = (gql_schema_part){.struct_size = sizeof offer->part,
                                    .kind = GQL_PART_OWN,
                                    .name = "own",
                                    .sdl = "type A",
                                    .sdl_size = 6};
    offer->resolver = (gql_resolver){.struct_size = sizeof offer->resolver,
                                     .type = "Query",
                                     .field = "a",
                                     .resolve = resolve,
                                     .required_fields = offer->required_fields,
                                     .required_field_count = 2};
    offer->loader = (gql_loader){.struct_size = sizeof offer->loader, .type = "A", .load = resolve};
    offer->parts[0] = &offer->part;
    offer->resolvers[0] = &offer->resolver;
    offer->loaders[0] = &offer->loader;
    offer->required_fields[0] = "id";
    offer->required_fields[1] = "name";
}

/* The tables point into *offer. */
static void make_offer(struct offer *offer)
{
    make_tables(offer);
    offer->schema = (gql_schema){.struct_size = sizeof offer->schema,
                                 .part_count = 1,
                                 .resolver_count = 1,
                                 .loader_count = 1,
                                 .parts = offer->parts,
                                 .resolvers = offer->resolvers,
                                 .loaders = offer->loaders};
    offer->plugin = (gql_plugin){.struct_size = sizeof offer->plugin,
                                 .abi_major = GQL_ABI_MAJOR,
                                 .abi_minor = GQL_ABI_MINOR,
                                 .id = "org.example",
                                 .name = "n",
                                 .version = "1.0.0",
                                 .description = "d",
                                 .licence = "MIT",
                                 .schema = &offer->schema,
                                 .config_schema = "{}",
                                 .config_schema_size = 2,
                                 .init = init,
                                 .deinit = deinit,
                                 .create = create,
                                 .drain = leave_alone,
                                 .destroy = leave_alone};
}

static void expect(const struct offer *offer, int32_t code, const char *part)
{
    gql_failure failure = {.struct_size = sizeof failure};
    const int32_t got = gql_plugin_validate("the.so", &offer->plugin, &failure);
    cr_expect_eq(got, code, "%s: code %d, not %d: %s", part, got, code, failure.message);
    cr_expect_eq(failure.code, got);
    if (code == GQL_OK)
        return;
    cr_expect_eq(strncmp(failure.message, "the.so: ", 8), 0, "%s", failure.message);
    cr_expect_not_null(strstr(failure.message, part), "\"%s\" does not say \"%s\"", failure.message,
                       part);
}

/* Expects the code if the number at this offset of the offer has this value. */
static void expect_with(size_t offset, uint32_t value, int32_t code, const char *part)
{
    struct offer offer;
    make_offer(&offer);
    memcpy((char *)&offer + offset, &value, sizeof value);
    expect(&offer, code, part);
}

Test(plugin_validation, requires_the_baseline_of_every_struct)
{
    static const struct {
        size_t offset;
        uint64_t baseline;
        const char *part;
    } sizes[] = {
        {offsetof(struct offer, plugin.struct_size), GQL_PLUGIN_SIZE_0_2, "gql_plugin.struct_size"},
        {offsetof(struct offer, schema.struct_size), GQL_SCHEMA_SIZE_0_2, "gql_schema.struct_size"},
        {offsetof(struct offer, part.struct_size), GQL_SCHEMA_PART_SIZE_0_2,
         "gql_schema.parts[0].struct_size"},
        {offsetof(struct offer, resolver.struct_size), GQL_RESOLVER_SIZE_0_2,
         "gql_schema.resolvers[0].struct_size"},
        {offsetof(struct offer, loader.struct_size), GQL_LOADER_SIZE_0_2,
         "gql_schema.loaders[0].struct_size"},
    };
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const uint32_t baseline = (uint32_t)sizes[i].baseline;
        expect_with(sizes[i].offset, 0, GQL_E_MISUSE, sizes[i].part);
        expect_with(sizes[i].offset, baseline / 2, GQL_E_MISUSE, sizes[i].part);
        expect_with(sizes[i].offset, baseline - 1, GQL_E_MISUSE, sizes[i].part);
        expect_with(sizes[i].offset, baseline, GQL_OK, sizes[i].part);
        expect_with(sizes[i].offset, baseline + 64, GQL_OK, sizes[i].part);
        expect_with(sizes[i].offset, UINT32_MAX, GQL_OK, sizes[i].part);
    }
}

Test(plugin_validation, requires_what_must_be_understood)
{
    static const struct {
        size_t offset;
        uint32_t known;
        const char *part;
    } flags[] = {
        {offsetof(struct offer, plugin.flags), GQL_PLUGIN_RESIDENT, "gql_plugin has the flags 0x"},
        {offsetof(struct offer, resolver.flags), 0, "gql_schema.resolvers[0] has the flags 0x"},
        {offsetof(struct offer, loader.flags), 0, "gql_schema.loaders[0] has the flags 0x"},
    };
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        for (uint32_t bit = 0; bit < 32; bit++) {
            const bool ignored = bit < 16 || (flags[i].known & 1u << bit) != 0;
            expect_with(flags[i].offset, 1u << bit, ignored ? GQL_OK : GQL_E_VERSION,
                        flags[i].part);
        }
    expect_with(offsetof(struct offer, schema.reserved), 1, GQL_E_VERSION, "gql_schema.reserved");
    expect_with(offsetof(struct offer, resolver.reserved), 1u << 31, GQL_E_VERSION,
                "gql_schema.resolvers[0].reserved");
}

Test(plugin_validation, names_the_flags_and_the_version)
{
    expect_with(offsetof(struct offer, plugin.flags), 0x80050003, GQL_E_VERSION, "0x80040000");
    expect_with(offsetof(struct offer, plugin.flags), 1u << 31, GQL_E_VERSION,
                "a newer plugin ABI than 0.2");
}

Test(plugin_validation, skips_parts_of_an_unknown_kind)
{
    static const uint32_t kinds[] = {0, GQL_PART_SUBGRAPH + 1, UINT32_MAX};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        expect_with(offsetof(struct offer, part.kind), kinds[i], GQL_OK, "kind");
}

/* The version comes first: the other members of another version may mean anything. */
Test(plugin_validation, refuses_other_versions_whatever_their_tables_are)
{
    struct offer offer;
    make_offer(&offer);
    offer.plugin.abi_minor = GQL_ABI_MINOR + 1;
    offer.plugin.struct_size = offsetof(gql_plugin, flags);
    offer.plugin.flags = UINT32_MAX;
    offer.plugin.schema = NULL;
    expect(&offer, GQL_E_VERSION, "written for plugin ABI 0.3, but this host implements 0.2");
    offer.plugin.abi_minor = GQL_ABI_MINOR - 1;
    expect(&offer, GQL_E_VERSION, "written for plugin ABI 0.1, but this host implements 0.2");
    offer.plugin.struct_size--;
    expect(&offer, GQL_E_MISUSE, "too small to hold a version");
}

Test(plugin_validation, requires_names_of_required_fields)
{
    struct offer offer;
    make_offer(&offer);
    expect(&offer, GQL_OK, "names");
    offer.required_fields[1] = "";
    expect(&offer, GQL_E_MISUSE, "gql_schema.resolvers[0] has a required field that is NULL or");
    offer.required_fields[1] = NULL;
    expect(&offer, GQL_E_MISUSE, "gql_schema.resolvers[0] has a required field that is NULL or");
    offer.resolver.required_fields = NULL;
    expect(&offer, GQL_E_MISUSE, "gql_schema.resolvers[0] has a count of required_fields");
    offer.resolver.required_field_count = 0;
    expect(&offer, GQL_OK, "none");
}

Test(plugin_validation, requires_no_optional_member)
{
    struct offer offer;
    make_offer(&offer);
    offer.plugin.homepage = NULL;
    offer.plugin.extension = NULL;
    offer.loader.owns = NULL;
    offer.schema.part_count = offer.schema.resolver_count = offer.schema.loader_count = 0;
    offer.schema.parts = NULL;
    offer.schema.resolvers = NULL;
    offer.schema.loaders = NULL;
    expect(&offer, GQL_OK, "optional members");
}
