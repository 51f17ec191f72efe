// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <stdlib.h>

#include "plugin/store/tenants/databases.h"

static void pass_proofs_on(struct store *store, struct state_board *board)
{
    for (enum state_proof proof = 0; proof < STATE_PROOFS; proof++)
        state_prove(board, proof, store_proved(store, proof));
}

struct store_state databases_state(struct databases *databases, struct state_board *board)
{
    struct store_state worst = {.health = STORE_HEALTHY};
    struct database **entered;
    const size_t count = databases_enter_all(databases, &entered);
    size_t failed = 0;
    for (size_t i = 0; i < count; i++) {
        const struct store_state state = store_state(entered[i]->store);
        const struct text id = database_organization(entered[i]);
        pass_proofs_on(entered[i]->store, board);
        failed += state.health == STORE_FAILED;
        if (state.health > worst.health) {
            worst.health = state.health;
            snprintf(worst.reason, sizeof worst.reason, "organization '%.*s': %.100s", (int)id.size,
                     id.data, state.reason);
        }
        databases_leave(databases, entered[i]);
    }
    free(entered);
    if (worst.health == STORE_FAILED && (count == 1 || failed < count))
        worst.health = STORE_DEGRADED;
    return worst.health == STORE_HEALTHY ? unserved_state(&databases->unserved) : worst;
}

struct measuring {
    void (*visit)(void *user, const struct store_measure *measure);
    void *user;
    const struct database *database;
};

static void pass_measure_on(void *user, const struct store_measure *measure)
{
    const struct measuring *measuring = user;
    struct store_measure named = *measure;
    named.state = lease_name(measuring->database->lease.state, true);
    measuring->visit(measuring->user, &named);
}

void databases_measure(struct databases *databases,
                       void (*visit)(void *user, const struct store_measure *measure), void *user)
{
    struct database **entered;
    const size_t count = databases_enter_all(databases, &entered);
    for (size_t i = 0; i < count; i++) {
        struct measuring measuring = {visit, user, entered[i]};
        store_measure(entered[i]->store, pass_measure_on, &measuring);
        databases_leave(databases, entered[i]);
    }
    free(entered);
}

size_t databases_probe(struct databases *databases)
{
    struct database **entered;
    const size_t count = databases_enter_all(databases, &entered);
    for (size_t i = 0; i < count; i++) {
        store_probe(entered[i]->store);
        databases_leave(databases, entered[i]);
    }
    free(entered);
    return count;
}
