// SPDX-License-Identifier: MIT
#include "plugin/store/consumer_list.h"

#include <stdio.h>

#include "plugin/base/failure.h"
#include "vault/timestamp.h"

int32_t consumer_removal_refuse(const struct listed_consumer *consumer, struct text organization_id,
                                gql_failure *failure)
{
    char until[VAULT_TIMESTAMP_SIZE], who[48] = "somebody";
    if (consumer->process != 0)
        snprintf(who, sizeof who, "process %lld", (long long)consumer->process);
    vault_timestamp_write(consumer->lease_until, until);
    return fail(failure, GQL_E_UNAVAILABLE,
                "consumer '%.*s' is in use: %s has leased events of organization '%.*s' for it "
                "until %s. Stop who claims them and try again then, or use --force",
                (int)consumer->name.size, consumer->name.data, who, (int)organization_id.size,
                organization_id.data, until);
}
