// SPDX-License-Identifier: MIT
/* Who may do what: the grants that the host passes with every call, applied to an organization. */
#ifndef PLUGIN_RESOLVERS_PERMISSION_H
#define PLUGIN_RESOLVERS_PERMISSION_H

#include "plugin/base/text.h"
#include "plugin/instance/instance.h"

/*
 * The actions (GQL_ACTION_…) that the actor may perform in the organization. None if the instance
 * is bound to another one.
 */
uint32_t permitted_actions(const gql_instance *instance, const gql_request *request,
                           struct text organization_id);

/*
 * The organization that the instance is bound to, or that the host says the request is about, if
 * that rules this one out, whatever the grants; otherwise no text. *ret_is_bound: it is the former.
 */
struct text excluding_organization(const gql_instance *instance, const gql_request *request,
                                   struct text organization_id, bool *ret_is_bound);

bool may_read(const gql_instance *instance, const gql_request *request,
              struct text organization_id);

/* Whether the actor may read in every organization that the instance serves. */
bool may_read_all(const gql_instance *instance, const gql_request *request);

#endif
