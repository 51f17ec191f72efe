// SPDX-License-Identifier: MIT
/*
 * What the suites of operations share: a folder with a keyring, the plugin in the mock host, one
 * instance.
 */
#ifndef WORLD_H
#define WORLD_H

#include "tests/plugin/scratch.h"
#include "tests/support/mock_host.h"
#include "vault/paserk.h"

#define WORLD_NOW 1800000000000 /* 2027-01-15T08:00:00Z */

/* All fields of an integration, as a selection. */
#define ALL_FIELDS "id version title organization { id } credentialRef isActive"

/* The path of the plugin under test, from the environment variable PLUGIN. */
const char *world_plugin(void);

struct world {
    struct scratch scratch;
    struct vault_secret key; /* Whose public part is the keyring's active key. */
    struct mock_host *host;
    gql_instance *instance;
};

/*
 * `more` is put behind the database and the credentials in the configuration:
 * `,"organization":"acme"`, or "".
 */
void world_make(struct world *world, const char *more);

/* The same without an instance. */
void world_prepare(struct world *world);
void world_end(struct world *world);

/*
 * The setting `database`: of one database; if the environment variable DATABASE is `root`, of one
 * for each organization; if it is `url`, on a server. Overwritten by the next call.
 */
const char *world_database(const struct world *world);

/* The configuration of such an instance; overwritten by the next call. */
const char *world_config(const struct world *world, const char *more);

/* Destroys the instance and makes it again. */
void world_restart(struct world *world, const char *more);

/* The keyring's file with the key in the given state, and a list of revoked `jti` in JSON. */
void world_write_keyring(struct world *world, const char *state, const char *revoked);

/*
 * Signs claims (JSON) with the key, with its ID in the footer. The result is overwritten by the
 * next call.
 */
const char *world_token(struct world *world, const char *claims);

/* A good token for an organization. */
const char *world_good_token(struct world *world, const char *organization_id);

/* printf-style arguments. `request` NULL: everything is granted. */
__attribute__((format(printf, 5, 6))) struct mock_answer *world_call(
    struct world *world, const char *field, const char *selection,
    const struct mock_request *request, const char *arguments, ...);

/* The result of a call that must succeed; a new reference. */
__attribute__((format(printf, 4, 5))) json_t *world_resolve(struct world *world, const char *field,
                                                            const char *selection,
                                                            const char *arguments, ...);

/*
 * Fails unless the answer is an error of that code, with all that RFC 9457 and the specification
 * ask; frees it.
 */
void expect_error(struct mock_answer *answer, const char *code, const char *members);

/* Creates one and returns its ID, to be freed. */
char *world_create(struct world *world, const char *organization_id, const char *title);

/* What the instance says of its health: the code, and a part of the reason. */
void expect_health(struct world *world, uint32_t health, const char *part);

/* A member by a dotted path, numbers being places in lists: `nodes.0.title`. NULL: none. */
const json_t *member(const json_t *value, const char *path);
const char *text_member(const json_t *value, const char *path);

/* Compares a value with JSON text. */
void expect_json(const json_t *value, const char *expected);

#endif
