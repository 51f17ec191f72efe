// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/inventory.h"

#include "plugin/base/limits.h"
#include "plugin/store/sqlite/readers.h"

enum { ROWS_PER_STEP = 100 };

struct stocktaking {
    struct store_read read;
    struct store_inventory *inventory;
    int rows; /* That this step has found. */
};

static void take_row(struct stocktaking *taking, sqlite3_stmt *row)
{
    const struct store_inventory *inventory = taking->inventory;
    const struct text organization_id = column_text(row, 1), token = column_text(row, 2);
    taking->rows++;
    taking->inventory->place[0] = (uint64_t)sqlite3_column_int64(row, 0);
    if (organization_id.data != NULL && organization_id.size <= ORGANIZATION_ID_MAX &&
        token.data != NULL)
        inventory->token(inventory->user, organization_id, token);
}

static enum store_status run(struct store_read *read, struct store_reader *base)
{
    struct stocktaking *taking = (struct stocktaking *)read;
    struct connection *connection = &((struct reader *)base)->connection;
    sqlite3_stmt *rows = connection_statement(connection, STATEMENT_SCAN_TOKENS);
    if (rows == NULL)
        return connection_failure(connection, base->detail);
    sqlite3_bind_int64(rows, 1, (int64_t)taking->inventory->place[0]);
    sqlite3_bind_int(rows, 2, ROWS_PER_STEP);
    int code;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW)
        take_row(taking, rows);
    sqlite3_reset(rows);
    return code == SQLITE_DONE ? STORE_OK : connection_status(connection, code, base->detail);
}

enum inventory_step sqlite_take_inventory(struct store *store, struct store_inventory *inventory)
{
    struct stocktaking taking = {.read = {.run = run}, .inventory = inventory};
    if (!store_read_now(store, &taking.read))
        return INVENTORY_LATER;
    if (taking.read.status != STORE_OK)
        return INVENTORY_FAILED;
    return taking.rows < ROWS_PER_STEP ? INVENTORY_DONE : INVENTORY_MORE;
}
