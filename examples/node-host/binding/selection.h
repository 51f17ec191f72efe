// SPDX-License-Identifier: MIT
/* The fields selected below a field. A selection serves any number of calls. */
#ifndef BINDING_SELECTION_H
#define BINDING_SELECTION_H

#include "examples/node-host/binding/addon.h"

/* Reference-counted: JavaScript holds one reference, each call under way another. */
struct selection {
    enum handle_kind kind;
    int references;
    gql_selection *selection;
};

/* NULL does nothing. */
void selection_release(struct selection *selection);

#endif
