// SPDX-License-Identifier: MIT
/*
 * Who may do what: the grants that the host passes with every call, held against an organization.
 */
#ifndef RESOLVERS_PERMISSION_H
#define RESOLVERS_PERMISSION_H

#include "plugin/base/text.h"
#include "plugin/instance.h"

/*
 * The actions (GQL_ACTION_…) that the actor may do in the organization. None in another than the
 * instance is bound to.
 */
uint32_t permitted_actions(const gql_instance *instance, const gql_request *request,
                           struct text organization_id);

#endif
