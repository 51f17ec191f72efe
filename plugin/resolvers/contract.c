// SPDX-License-Identifier: MIT
#include "plugin/resolvers/contract.h"

#include <stddef.h>

/* Bits of flags that a reader must understand. */
#define MUST_UNDERSTAND 0xFFFF0000u

static bool are_grants_kept(const gql_request *request)
{
    if (request->grant_count > 0 && request->grants == NULL)
        return false;
    for (uint32_t i = 0; i < request->grant_count; i++) {
        if (request->grants[i] == NULL || !GQL_FITS(request->grants[i], GQL_GRANT_SIZE_0_2))
            return false;
    }
    return true;
}

static bool is_request_kept(const gql_request *request)
{
    return request == NULL || (GQL_FITS(request, GQL_REQUEST_SIZE_0_2) && request->reserved == 0 &&
                               are_grants_kept(request));
}

static bool is_selection_kept(const gql_selection *selection)
{
    for (; selection != NULL; selection = selection->next) {
        if (!GQL_FITS(selection, GQL_SELECTION_SIZE_0_2) || !is_selection_kept(selection->children))
            return false;
    }
    return true;
}

static bool are_nodes_kept(const gql_shape *shape)
{
    for (; shape != NULL; shape = shape->next) {
        if (!GQL_FITS(shape, GQL_SHAPE_SIZE_0_2) || !are_nodes_kept(shape->children))
            return false;
    }
    return true;
}

/* One that is shaped has a shape. */
static bool is_shape_kept(const gql_call *call, bool can_shape)
{
    if ((call->flags & GQL_CALL_SHAPED) == 0)
        return true;
    return can_shape && call->shape != NULL && are_nodes_kept(call->shape);
}

bool contract_is_kept(const gql_call *call, const gql_reply *reply, bool can_shape)
{
    return call != NULL && reply != NULL && GQL_FITS(call, GQL_CALL_SIZE_0_2) &&
           (call->flags & MUST_UNDERSTAND & ~GQL_CALL_SHAPED) == 0 &&
           is_shape_kept(call, can_shape) && call->arguments != NULL &&
           GQL_FITS(reply, GQL_REPLY_SIZE_0_2) && reply->reserved == 0 &&
           is_request_kept(call->request) && is_selection_kept(call->selection);
}
