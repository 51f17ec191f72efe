// SPDX-License-Identifier: MIT
/* How the instances of a pool fare together. */
#include <stdio.h>
#include <string.h>

#include "abi/host/pool/pool.h"

enum { REASON_SIZE = 512 };

struct finding {
    const gql_library *library;
    size_t open;
    size_t failed; /* Instances that reject calls. */
    size_t unwell; /* Keys with anything but GQL_HEALTH_OK. */
    char *reason;  /* Of the first of them. */
    size_t reason_size;
};

static void note(struct finding *finding, const char *what, const struct pool_entry *entry,
                 const char *why)
{
    if (finding->unwell++ == 0)
        snprintf(finding->reason, finding->reason_size, "%s%.*s: %s", what, (int)entry->key.size,
                 entry->key.bytes, why);
}

static void see(struct pool_entry *entry, void *user)
{
    if (entry->phase == POOL_EMPTY && entry->failures > 0)
        note(user, "No instance for ", entry,
             entry->failure == NULL ? "memory ran out" : entry->failure);
}

static void ask(struct pool_entry *entry, void *user)
{
    char why[REASON_SIZE];
    struct finding *finding = user;
    const uint32_t health = gql_instance_health(finding->library, entry->instance, why, sizeof why);
    finding->open++;
    finding->failed += health == GQL_HEALTH_FAILED;
    if (health != GQL_HEALTH_OK)
        note(finding, "", entry, why);
}

static void count_others(const struct finding *finding)
{
    const size_t used = strlen(finding->reason);
    if (finding->unwell > 1)
        snprintf(finding->reason + used, finding->reason_size - used, ", and %zu more",
                 finding->unwell - 1);
}

uint32_t gql_pool_health(gql_pool *pool, char *reason, size_t reason_size)
{
    char unread[1];
    struct finding finding = {.library = pool->library,
                              .reason = reason_size > 0 ? reason : unread,
                              .reason_size = reason_size > 0 ? reason_size : sizeof unread};
    finding.reason[0] = '\0';
    if (!pool_survey(pool, see, ask, &finding)) {
        snprintf(finding.reason, finding.reason_size, "Memory ran out");
        return GQL_HEALTH_DEGRADED;
    }
    count_others(&finding);
    if (finding.failed > 0 && finding.failed == finding.open)
        return GQL_HEALTH_FAILED;
    return finding.unwell > 0 ? GQL_HEALTH_DEGRADED : GQL_HEALTH_OK;
}
