// SPDX-License-Identifier: MIT
#include <string.h>
#include <time.h>

#include "tests/support/mock_internal.h"

void mock_request(struct mock_request *request, const char *actor_id)
{
    *request = (struct mock_request){0};
    request->request = (gql_request){.struct_size = sizeof request->request,
                                     .source = GQL_SOURCE_INTERNAL,
                                     .actor_id = actor_id,
                                     .actor_id_size = actor_id == NULL ? 0 : strlen(actor_id),
                                     .grants = request->grant_pointers,
                                     .trace_id = "0af7651916cd43dd8448eb211c80319c",
                                     .cancelled = &request->cancelled};
}

void mock_grant(struct mock_request *request, const char *organization_id, uint32_t actions)
{
    const uint32_t index = request->request.grant_count;
    if (index == MOCK_GRANTS) {
        mock_violation("a mock_request has room for %d grants", MOCK_GRANTS);
        return;
    }
    request->grants[index] =
        (gql_grant){.struct_size = sizeof(gql_grant),
                    .actions = actions,
                    .organization_id = organization_id,
                    .organization_id_size = organization_id == NULL ? 0 : strlen(organization_id)};
    request->grant_pointers[index] = &request->grants[index];
    request->request.grant_count++;
}

void mock_request_all(struct mock_request *request)
{
    mock_request(request, "actor");
    mock_grant(request, NULL,
               GQL_ACTION_READ | GQL_ACTION_CREATE | GQL_ACTION_UPDATE | GQL_ACTION_DELETE);
}

void mock_cancel(struct mock_request *request)
{
    __atomic_store_n(&request->cancelled, 1, __ATOMIC_SEQ_CST);
}

uint64_t mock_monotonic(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
