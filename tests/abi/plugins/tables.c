// SPDX-License-Identifier: MIT
/* What the entry returns: the struct, the schema, the tables. */
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "tests/abi/plugins/plugin.h"

#define IF_FAULT(fault, faulty, right) (FAULT == (fault) ? (faulty) : (right))

/* ---- Schema ---- */

#if FAULT == FAULT_RESOLVER_MISSING
#define MORE_FIELDS " forgotten: Int"
#else
#define MORE_FIELDS ""
#endif
#define FIELDS \
    "{ thing(id: ID! = \"1\"): Thing later(size: Int = 3, kind: Kind): String" MORE_FIELDS " }\n"
#define WRITES "{ write(text: String!): String! }\n"
#define THING                                                                     \
    "{ id: ID! title: String! owner: Organization target: Target shout: String! " \
    "sized(by: Int): Int }\n"
#define OTHERS                                           \
    "enum Kind { GOOD BAD } union Target = Thing | Tag " \
    "type Tag implements Node " KEY "{ id: ID! label: String! }\n"

#if FAULT == FAULT_LEANS
#define MORE_TYPES "type Things { pageInfo: PageInfo! }\n"
#elif FAULT == FAULT_OWNS_COMMON
#define MORE_TYPES "type PageInfo { hasNextPage: Boolean! }\n"
#elif FAULT == FAULT_BROKEN_SDL
#define MORE_TYPES "type {\n"
#else
#define MORE_TYPES ""
#endif
#define KEY ""
static const char own_sdl[] = "extend type Query " FIELDS
                              "type Thing implements Node " THING OTHERS MORE_TYPES
                              "extend type Mutation " WRITES;
#undef KEY
static const char node_sdl[] = "interface Node { id: ID! }";

#if FAULT == FAULT_TWO_IN_COMMON
static const char organization_sdl[] = "type Organization { id: ID! } type Other { id: ID! }";
#else
static const char organization_sdl[] = "type Organization { id: ID! }";
#endif

#if FAULT == FAULT_SUBGRAPH_UNLINKED
#define LINK ""
#else
#define LINK \
    "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\", import: [\"@key\"])\n"
#endif
#if FAULT == FAULT_SUBGRAPH_KEYLESS
#define KEY ""
#else
#define KEY "@key(fields: \"id\") "
#endif
static const char subgraph_sdl[] = LINK
    "type Query " FIELDS "type Mutation " WRITES "interface Node { id: ID! }\n" OTHERS
    "type Organization @key(fields: \"id\", resolvable: false) { id: ID! }\n"
    "type Thing implements Node " KEY THING;

static const gql_schema_part own = {.struct_size = IF_FAULT(FAULT_SMALL_PART, 8, sizeof own),
                                    .kind = GQL_PART_OWN,
                                    .name = "own",
                                    .sdl = IF_FAULT(FAULT_NO_SDL, NULL, own_sdl),
                                    .sdl_size = sizeof own_sdl - 1};
static const gql_schema_part node = {sizeof node, GQL_PART_COMMON, "Node", node_sdl,
                                     sizeof node_sdl - 1};
static const gql_schema_part organization = {sizeof organization, GQL_PART_COMMON, "Organization",
                                             organization_sdl, sizeof organization_sdl - 1};
static const gql_schema_part subgraph = {sizeof subgraph, GQL_PART_SUBGRAPH, "subgraph",
                                         subgraph_sdl, sizeof subgraph_sdl - 1};
static const gql_schema_part unknown = {sizeof unknown, 9, "unknown", "", 0};
static const gql_schema_part *const parts[] = {IF_FAULT(FAULT_NULL_PART, NULL, &own), &node,
                                               &organization, &subgraph, &unknown};

/* ---- Tables ---- */

/* The size of a struct in ABI 0.1, by the member that followed it. */
#define OLD_SIZE(type, member) ((uint32_t)offsetof(type, member))

static const gql_resolver thing = {
    .struct_size = IF_FAULT(FAULT_SMALL_RESOLVER, 8,
                            IF_FAULT(FAULT_OLD_RESOLVER, OLD_SIZE(gql_resolver, required_fields),
                                     sizeof thing)),
    .flags = IF_FAULT(FAULT_UNKNOWN_FLAG, 0x80,
                      IF_FAULT(FAULT_RESOLVER_FLAG, 1u << 30,
                               GQL_RESOLVER_INLINE | GQL_RESOLVER_SHAPES)),
    .type = "Query",
    .field = IF_FAULT(FAULT_NO_FIELD, NULL, "thing"),
    .resolve = IF_FAULT(FAULT_NO_RESOLVE, NULL, resolve_thing),
    .reserved = IF_FAULT(FAULT_RESOLVER_RESERVED, 1, 0)};
static const gql_resolver later = {.struct_size = sizeof later,
                                   .type = "Query",
                                   .field = "later",
                                   .resolve = resolve_later};
static const gql_resolver write_resolver = {.struct_size = sizeof write_resolver,
                                            .flags = GQL_RESOLVER_WRITES,
                                            .type = "Mutation",
                                            .field = "write",
                                            .resolve = resolve_write};
static const char *const title[] = {
    IF_FAULT(FAULT_REQUIRES_UNKNOWN, "nothing",
             IF_FAULT(FAULT_REQUIRES_WITH_ARGUMENTS, "sized", "title"))};
static const gql_resolver shout = {.struct_size = sizeof shout,
                                   .flags = GQL_RESOLVER_INLINE,
                                   .type = "Thing",
                                   .field = "shout",
                                   .resolve = resolve_shout,
                                   .required_fields = title,
                                   .required_field_count = 1};
static const gql_resolver surplus = {.struct_size = sizeof surplus,
                                     .type = "Thing",
                                     .field = "surplus",
                                     .resolve = resolve_thing};
static const gql_resolver *const resolvers[] = {IF_FAULT(FAULT_NULL_RESOLVER, NULL, &thing), &later,
                                                &write_resolver, &shout, &surplus};

static int32_t owns_thing(const char *id, uint64_t id_size)
{
    static atomic_uint asked;
    const bool is_tag = id_size >= sizeof TAG_PREFIX - 1 &&
                        memcmp(id, TAG_PREFIX, sizeof TAG_PREFIX - 1) == 0;
    if (FAULT == FAULT_OWNS_OVERREADS)
        return strlen(id) > 0;
    if (FAULT == FAULT_OWNS_ODDLY)
        return (int32_t)id_size;
    if (FAULT == FAULT_OWNS_BY_CHANCE)
        return (int32_t)(atomic_fetch_add(&asked, 1) % 2);
    if (FAULT == FAULT_DISOWNS)
        return 0;
    return FAULT == FAULT_TWO_OWNERS ? id_size > 0 : id_size > 0 && !is_tag;
}

static int32_t owns_tag(const char *id, uint64_t id_size)
{
    return id_size >= sizeof TAG_PREFIX - 1 && memcmp(id, TAG_PREFIX, sizeof TAG_PREFIX - 1) == 0;
}

static const gql_loader loader = {
    .struct_size = IF_FAULT(FAULT_SMALL_LOADER, 8,
                            IF_FAULT(FAULT_OLD_LOADER, OLD_SIZE(gql_loader, owns), sizeof loader)),
    .flags = GQL_RESOLVER_INLINE | GQL_RESOLVER_SHAPES,
    .type = "Thing",
    .load = IF_FAULT(FAULT_NO_LOAD, NULL, load_things),
    .owns = owns_thing};
static const gql_loader tag_loader = {.struct_size = sizeof tag_loader,
                                      .flags = GQL_RESOLVER_INLINE | GQL_RESOLVER_SHAPES,
                                      .type = "Tag",
                                      .load = load_tags,
                                      .owns = owns_tag};
static const gql_loader other_loader = {.struct_size = sizeof other_loader,
                                        .flags = GQL_RESOLVER_INLINE,
                                        .type = "Organization",
                                        .load = load_things};
static const gql_loader *const loaders[] = {IF_FAULT(FAULT_NULL_LOADER, NULL, &loader), &tag_loader,
                                            &other_loader};
static const char *const references[] = {
    IF_FAULT(FAULT_NO_REFERENCE, NULL,
             IF_FAULT(FAULT_UNKNOWN_REFERENCE, "Nowhere", "Organization"))};

static const gql_schema schema = {.struct_size = IF_FAULT(FAULT_SMALL_SCHEMA, 16, sizeof schema),
                                  .part_count = IF_FAULT(FAULT_UNKNOWN_KIND, 5, 4),
                                  .resolver_count = IF_FAULT(FAULT_RESOLVER_TOO_MANY, 5, 4),
                                  .loader_count = IF_FAULT(FAULT_LOADER_TOO_MANY, 3, 2),
                                  .reference_count = 1,
                                  .reserved = IF_FAULT(FAULT_RESERVED, 1, 0),
                                  .parts = IF_FAULT(FAULT_NO_PARTS, NULL, parts),
                                  .resolvers = resolvers,
                                  .loaders = loaders,
                                  .references = references};

/* ---- The plugin ---- */

#if FAULT == FAULT_UNDATED_CONFIG
#define DIALECT ""
#else
#define DIALECT "\"$schema\": \"https://json-schema.org/draft/2020-12/schema\", "
#endif
#if FAULT == FAULT_BAD_CONFIG_SCHEMA
static const char config_schema[] = "[]";
#elif FAULT == FAULT_OPEN_CONFIG
static const char config_schema[] = "{" DIALECT "\"type\": \"object\", "
                                    "\"properties\": {\"note\": {\"type\": \"string\"}}}";
#else
static const char config_schema[] =
    "{" DIALECT "\"type\": \"object\", \"additionalProperties\": false, "
    "\"properties\": {\"note\": {\"type\": \"string\"}, \"labels\": {\"type\": \"object\", "
    "\"additionalProperties\": {\"type\": \"boolean\"}}}}";
#endif

static int32_t read_metrics(gql_instance *self, const gql_metrics_query *query, gql_metrics_fn take,
                            void *user)
{
    static const char json[] = "[{\"name\":\"faulty.calls\",\"kind\":\"counter\","
                               "\"unit\":\"{call}\",\"description\":\"Calls\","
                               "\"points\":[{\"attributes\":{},\"value\":0}]}]";
    (void)self, (void)query;
    const int times = IF_FAULT(FAULT_METRICS_NEVER, 0, IF_FAULT(FAULT_METRICS_TWICE, 2, 1));
    for (int i = 0; i < times; i++)
        take(user, json, sizeof json - IF_FAULT(FAULT_METRICS_MALFORMED, 2, 1));
    return IF_FAULT(FAULT_METRICS_FAIL, GQL_E_UNAVAILABLE, GQL_OK);
}

static const void *extension(const char *id)
{
    static const gql_metrics metrics = {.struct_size = sizeof metrics, .read = read_metrics};
    if (strcmp(id, GQL_EXT_METRICS) == 0)
        return &metrics;
    if (strcmp(id, GQL_EXT_EVENTS) == 0)
        return &events_extension;
    return IF_FAULT(FAULT_OFFERS_ANYTHING, id, NULL);
}

#if FAULT == FAULT_RESIDENT
/* As a language's runtime does with its threads. */
static void leave_key(void)
{
    static pthread_key_t key;
    static atomic_flag created = ATOMIC_FLAG_INIT;
    if (!atomic_flag_test_and_set(&created))
        pthread_key_create(&key, NULL);
}
#endif

#if FAULT == FAULT_UNLINKED
int32_t gql_function_that_no_library_has(void);
#endif

static int32_t init(const gql_host *host, gql_failure *failure)
{
#if FAULT == FAULT_UNLINKED
    if (gql_function_that_no_library_has() != 0)
        return GQL_E_UNAVAILABLE;
#elif FAULT == FAULT_ATEXIT
    atexit(life_deinit);
#elif FAULT == FAULT_RESIDENT
    leave_key();
#endif
    return life_init(host, failure);
}

/* ---- Code that runs at load or at unload ---- */

#if FAULT == FAULT_CONSTRUCTOR || FAULT == FAULT_BARE_CONSTRUCTOR
static volatile int prepared;
__attribute__((constructor)) static void prepare(void)
{
    prepared = 1;
}
#elif FAULT == FAULT_DT_INIT || FAULT == FAULT_DT_FINI || FAULT == FAULT_RESIDENT_RUNTIME || \
    FAULT == FAULT_INIT_SECTION
/* The linker, or the code below, makes the loader call it. */
void run_unasked(void);
static volatile int prepared;
void run_unasked(void)
{
    prepared = 1;
}
#if FAULT == FAULT_INIT_SECTION && defined(__x86_64__)
__asm__(".section .init\n call run_unasked\n .text");
#elif FAULT == FAULT_INIT_SECTION && defined(__aarch64__)
__asm__(".section .init\n bl run_unasked\n .text");
#endif
#endif

static const gql_plugin plugin = {
    .struct_size = IF_FAULT(FAULT_TINY_PLUGIN, 4,
                            IF_FAULT(FAULT_SMALL_PLUGIN, offsetof(gql_plugin, destroy),
                                     IF_FAULT(FAULT_OLD_PLUGIN, offsetof(gql_plugin, extension),
                                              IF_FAULT(FAULT_LARGE_PLUGIN, sizeof plugin + 64,
                                                       sizeof plugin)))),
    .abi_major = IF_FAULT(FAULT_MAJOR, 9, 0),
    .abi_minor = IF_FAULT(FAULT_MINOR, 7, 2),
    .flags = IF_FAULT(FAULT_PLUGIN_FLAG, 1u << 20,
                      (FAULT) == FAULT_RESIDENT || (FAULT) == FAULT_RESIDENT_RUNTIME
                          ? GQL_PLUGIN_RESIDENT
                          : 0),
    .id = IF_FAULT(FAULT_NO_ID, NULL, IF_FAULT(FAULT_SHORT_ID, "faulty", "org.example.faulty")),
    .name = IF_FAULT(FAULT_NO_NAME, "", "Faulty"),
    .version = IF_FAULT(FAULT_NO_VERSION, NULL, IF_FAULT(FAULT_VERSION_FORM, "1.0", "1.0.0")),
    .description = "Has a fault.",
    .homepage = "https://faulty.example.org",
    .licence = IF_FAULT(FAULT_NO_LICENCE, NULL,
                        IF_FAULT(FAULT_LICENCE_FORM, "the MIT one", "MIT OR Apache-2.0")),
    .schema = IF_FAULT(FAULT_NO_SCHEMA, NULL, &schema),
    .config_schema = IF_FAULT(FAULT_NO_CONFIG_SCHEMA, NULL, config_schema),
    .config_schema_size = sizeof config_schema - 1,
    .init = IF_FAULT(FAULT_NO_INIT, NULL, init),
    .deinit = IF_FAULT(FAULT_NO_DEINIT, NULL, life_deinit),
    .create = IF_FAULT(FAULT_NO_CREATE, NULL, life_create),
    .drain = IF_FAULT(FAULT_NO_DRAIN, NULL, life_drain),
    .destroy = IF_FAULT(FAULT_NO_DESTROY, NULL, life_destroy),
    .extension = extension,
};

#if FAULT == FAULT_NO_ENTRY || FAULT == FAULT_MORE_EXPORTS
GQL_PLUGIN_EXPORT const gql_plugin *some_other_symbol(void);
const gql_plugin *some_other_symbol(void)
{
    return &plugin;
}
#elif FAULT == FAULT_FUTURE_ENTRY
GQL_PLUGIN_EXPORT const gql_plugin *gql_plugin_entry_v3(uint32_t host_abi_major,
                                                        uint32_t host_abi_minor);
const gql_plugin *gql_plugin_entry_v3(uint32_t host_abi_major, uint32_t host_abi_minor)
{
    (void)host_abi_major, (void)host_abi_minor;
    return &plugin;
}
#endif

#if FAULT != FAULT_NO_ENTRY && FAULT != FAULT_FUTURE_ENTRY
const gql_plugin *gql_plugin_entry_v0(uint32_t host_abi_major, uint32_t host_abi_minor)
{
    (void)host_abi_minor;
#if FAULT == FAULT_TWO_PLUGINS
    static gql_plugin copies[2];
    static unsigned calls;
    copies[calls % 2] = plugin;
    return host_abi_major == 0 ? &copies[calls++ % 2] : NULL;
#endif
    if (FAULT == FAULT_ENTRY_REFUSES || (host_abi_major != 0 && FAULT != FAULT_ANY_MAJOR))
        return NULL;
    return &plugin;
}
#endif
