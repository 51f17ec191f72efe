// SPDX-License-Identifier: MIT
/* Selections and requests that JavaScript keeps and gives to several calls. Counted: calls under way hold them. */
#ifndef BINDING_REQUEST_H
#define BINDING_REQUEST_H

#include "addon.h"

struct selection {
    enum handle_kind kind;
    int references;
    gql_selection *selection;
};

struct request {
    enum handle_kind kind;
    int references;
    uint32_t cancelled;
    gql_request request;
    char *texts[5]; /* Actor, trace, locale, instance; what grants name is in `grants`. */
    struct grant *grants;
    const gql_grant **grant_list;
};

void selection_release(struct selection *selection); /* NULL does nothing. */
void request_release(struct request *request);

#endif
