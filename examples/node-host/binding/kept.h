// SPDX-License-Identifier: MIT
/* What JavaScript keeps and gives to any number of calls. Counted: calls under way hold it too. */
#ifndef BINDING_KEPT_H
#define BINDING_KEPT_H

#include "examples/node-host/binding/addon.h"

/* What is selected below a field. */
struct selection {
    enum handle_kind kind;
    int references;
    gql_selection *selection;
};

/* Who asks, and what they may do. */
struct actor {
    enum handle_kind kind;
    int references;
    char *id; /* NULL: nobody is authenticated. */
    size_t id_size;
    struct grant *grants;
    const gql_grant **grant_list;
    uint32_t grant_count;
};

/* Set when nobody waits for the answers of a request any more. */
struct cancellation {
    enum handle_kind kind;
    int references;
    uint32_t cancelled;
};

/* NULL does nothing. */
void selection_release(struct selection *selection);
void actor_release(struct actor *actor);
void cancellation_release(struct cancellation *cancellation);

#endif
