// SPDX-License-Identifier: MIT
#include "plugin/store/postgres/impatience.h"

/* Whether it has waited long enough; sets the status if so. */
static bool is_over(struct deadline deadline, uint64_t waits_since, uint64_t since,
                    enum store_status status, enum store_status *ret_status)
{
    const bool expired = deadline_passed(deadline);
    if (expired || waits_since <= since)
        *ret_status = expired ? STORE_EXPIRED : status;
    return expired || waits_since <= since;
}

struct store_read **impatient_reads_take(struct store_read **place, uint64_t since,
                                         enum store_status status,
                                         const struct store_detail *detail,
                                         struct store_read **ended)
{
    while (*place != NULL) {
        struct store_read *read = *place;
        if (!is_over(read->deadline, read->waits_since, since, status, &read->status)) {
            place = &read->next;
            continue;
        }
        read->detail = *detail;
        *place = read->next;
        read->next = NULL;
        *ended = read;
        ended = &read->next;
    }
    return place;
}

struct store_mutation **impatient_mutations_take(struct store_mutation **place, uint64_t since,
                                                 enum store_status status,
                                                 const struct store_detail *detail,
                                                 struct store_mutation **ended)
{
    while (*place != NULL) {
        struct store_mutation *mutation = *place;
        if (!is_over(mutation->deadline, mutation->waits_since, since, status, &mutation->status)) {
            place = &mutation->next;
            continue;
        }
        mutation->detail = *detail;
        *place = mutation->next;
        mutation->next = NULL;
        *ended = mutation;
        ended = &mutation->next;
    }
    return place;
}
