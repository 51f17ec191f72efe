// SPDX-License-Identifier: MIT
/* A place of its own on the server that the environment variable POSTGRES_URL names. */
#ifndef TESTS_PLUGIN_POSTGRES_SPACE_H
#define TESTS_PLUGIN_POSTGRES_SPACE_H

/* Runs SQL in the schema named after the folder of that path. Fails the test if that fails. */
void space_run(const char *folder, const char *sql);

/* The URL that leads to that schema, which is made if need be; overwritten by the next call. */
const char *space_url(const char *folder);

#endif
