// SPDX-License-Identifier: MIT
/* Who asks and what they may do. An actor serves any number of calls. */
#ifndef BINDING_ACTOR_H
#define BINDING_ACTOR_H

#include "examples/node-host/binding/addon.h"

/* Reference-counted: JavaScript holds one reference, each call under way another. */
struct actor {
    enum handle_kind kind;
    int references;
    char *id; /* NULL: nobody is authenticated. */
    size_t id_size;
    uint32_t actor_kind; /* GQL_ACTOR_… */
    struct grant *grants;
    const gql_grant **grant_list;
    uint32_t grant_count;
};

/* NULL does nothing. */
void actor_release(struct actor *actor);

#endif
