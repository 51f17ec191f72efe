// SPDX-License-Identifier: MIT
#include "plugin/store/tenants/database_voice.h"

#include <stdio.h>
#include <string.h>

#include "plugin/store/tenants/databases.h"

static const char engines[] = "database.path: ";
static const char operators[] = "database.root: ";

void database_voice_copy(char *target, size_t size, const char *message)
{
    const size_t prefix = sizeof engines - 1;
    const bool names = strncmp(message, engines, prefix) == 0;
    snprintf(target, size, "%s%s", names ? operators : "", message + (names ? prefix : 0));
}

static const struct store_options *options_of(const struct database *database)
{
    return database->databases->options;
}

static void say(void *user, uint32_t level, const char *message)
{
    char line[1024];
    const struct database *database = user;
    const struct store_options *options = options_of(database);
    const struct text id = database_organization(database);
    const int size = snprintf(line, sizeof line, "organization '%.*s': ", (int)id.size, id.data);
    database_voice_copy(line + size, sizeof line - (size_t)size, message);
    options->log(options->user, level, line);
}

static int64_t tell_time(void *user)
{
    const struct store_options *options = options_of(user);
    return options->unix_milliseconds(options->user);
}

void database_voice_lend(struct database *database, struct store_options *options)
{
    options->user = database;
    options->log = say;
    options->unix_milliseconds = tell_time;
}
