// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/write_link.h"

static int check_file(struct write_link *link)
{
    struct connection *connection = &link->connection;
    return file_guard_check(link->readers->guard,
                            connection->handle == NULL ? NULL : wal_index_of(connection),
                            &link->sight);
}

void write_link_init(struct write_link *link, const struct connection *connection,
                     const struct store_options *options, struct readers *readers)
{
    *link = (struct write_link){.connection = *connection,
                                .checkpointer = {.user = options->user, .log = options->log},
                                .readers = readers};
    checkpoint_take_over(&link->connection);
    check_file(link); /* Its sight is compared with the next. */
}

bool write_link_is_final(struct write_link *link)
{
    check_file(link);
    return file_guard_is_final(link->readers->guard);
}

void write_link_copy_log(struct write_link *link)
{
    if (link->connection.handle != NULL && !write_link_is_final(link))
        checkpoint_rest(&link->connection);
}

void write_link_finish(struct write_link *link)
{
    connection_close(&link->connection);
}

static int open_anew(struct write_link *link)
{
    struct connection *connection = &link->connection;
    int code = connection_open(connection, link->readers->options, CONNECTION_WRITER);
    if (code == SQLITE_OK)
        code = file_guard_check_opened(link->readers->guard, connection);
    if (code == SQLITE_OK)
        checkpoint_take_over(connection);
    else
        connection_close(connection);
    return code;
}

static int check_agreement(struct write_link *link)
{
    enum disagreement found;
    const int code = agreement_check(link->readers->agreement, &link->connection, &found);
    return code == SQLITE_OK && found != AGREED ? CONNECTION_STOPPED : code;
}

int write_link_begin(struct write_link *link)
{
    if (link->connection.handle == NULL && !readers_any_open(link->readers))
        file_guard_release_log(link->readers->guard);
    int code = integrity_check(link->readers->integrity);
    if (code == SQLITE_OK)
        code = check_file(link);
    if (code == SQLITE_OK && link->connection.handle == NULL)
        code = open_anew(link);
    if (code == SQLITE_OK)
        code = connection_run(&link->connection, STATEMENT_BEGIN_WRITE);
    return code == SQLITE_OK ? check_agreement(link) : code;
}

/* What the file looks like after the commit is compared with what the next one finds. */
int write_link_commit(struct write_link *link)
{
    int code = check_file(link);
    if (code == SQLITE_OK)
        code = connection_run(&link->connection, STATEMENT_COMMIT);
    if (code != SQLITE_OK)
        return code;
    checkpoint_if_due(&link->checkpointer, &link->connection);
    check_file(link);
    return code;
}
