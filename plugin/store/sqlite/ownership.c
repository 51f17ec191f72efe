// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/ownership.h"

#include "plugin/base/failure.h"
#include "plugin/base/organization.h"
#include "plugin/store/sqlite/metadata.h"

int32_t ownership_check(const struct sqlite_options *options, const struct store_options *store,
                        gql_failure *failure)
{
    if (!options->dedicated || store->organization.data != NULL)
        return GQL_OK;
    return fail(failure, GQL_E_CONFIG,
                "database.dedicated: nobody is named to whom the database belongs; set "
                "organization, or remove this setting");
}

int ownership_read(struct connection *connection, struct owner *ret_owner)
{
    const int size = metadata_read(connection, "owner", ret_owner->bytes, ORGANIZATION_ID_MAX);
    if (size < 0)
        return sqlite3_extended_errcode(connection->handle);
    if (size > ORGANIZATION_ID_MAX)
        return SQLITE_CORRUPT;
    ret_owner->text = size == 0 ? NO_TEXT : (struct text){ret_owner->bytes, (size_t)size};
    return SQLITE_OK;
}

bool ownership_allows(const struct owner *owner, struct text organization_id)
{
    return owner->text.data == NULL || text_equal(owner->text, organization_id);
}

/* Rows that keep a database from belonging to an organization alone. */
struct strangers {
    long long others;   /* Of other organizations. */
    long long untagged; /* Its own, whose IDs lack its tag. */
};

static int count_strangers(struct connection *connection, struct text organization_id,
                           struct strangers *ret_count)
{
    const uint32_t tag = organization_tag(organization_id);
    sqlite3_stmt *statement = connection_statement(connection, STATEMENT_SCAN_OWNERS);
    if (statement == NULL)
        return sqlite3_extended_errcode(connection->handle);
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        const struct identifier id = column_identifier(statement, 0);
        if (!text_equal(column_text(statement, 1), organization_id))
            ret_count->others++;
        else if (identifier_tag(&id) != tag)
            ret_count->untagged++;
    }
    sqlite3_reset(statement);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

static int32_t refuse_owner(const struct sqlite_options *options, struct text owner,
                            struct text organization_id, gql_failure *failure)
{
    const struct text served = organization_id.data == NULL ? TEXT("any") : organization_id;
    return fail(failure, GQL_E_UNAVAILABLE,
                "database.path: '%s' belongs to the organization '%.*s' alone, and this instance "
                "serves %.*s; use another database, or set organization to the owner",
                options->path, (int)owner.size, owner.data, (int)served.size, served.data);
}

static int32_t claim(struct connection *connection, const struct sqlite_options *options,
                     struct text organization_id, gql_failure *failure)
{
    struct strangers count = {0};
    if (count_strangers(connection, organization_id, &count) != SQLITE_OK)
        return connection_fail(connection, "reading", failure);
    if (count.others > 0 || count.untagged > 0)
        return fail(failure, GQL_E_UNAVAILABLE,
                    "database.dedicated: '%s' can't belong to '%.*s' alone: it has %lld of other "
                    "organizations' integrations, and %lld of its own with IDs from before "
                    "organization tags; use another database, or remove this setting",
                    options->path, (int)organization_id.size, organization_id.data, count.others,
                    count.untagged);
    return metadata_write(connection, "owner", organization_id.data, (int)organization_id.size)
               ? GQL_OK
               : connection_fail(connection, "writing", failure);
}

int32_t ownership_settle(struct connection *connection, const struct sqlite_options *options,
                         const struct store_options *store, gql_failure *failure)
{
    struct owner owner;
    const int code = ownership_read(connection, &owner);
    if (code != SQLITE_OK)
        return connection_fail_with(connection, code, "reading the owner", failure);
    if (!ownership_allows(&owner, store->organization))
        return refuse_owner(options, owner.text, store->organization, failure);
    return options->dedicated && owner.text.data == NULL
               ? claim(connection, options, store->organization, failure)
               : GQL_OK;
}
