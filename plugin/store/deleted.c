// SPDX-License-Identifier: MIT
#include "plugin/store/deleted.h"

#include "plugin/base/failure.h"

static enum undelete_outcome judge(const struct undeletion *undeletion,
                                   const struct integration *deleted)
{
    if (undeletion_is_foreign(undeletion, deleted))
        return UNDELETE_FOREIGN;
    return deleted->version < INT32_MAX ? UNDELETE_DONE : UNDELETE_EXHAUSTED;
}

int32_t undeletion_restore(struct undeletion *undeletion, const struct integration *deleted,
                           gql_failure *failure)
{
    struct integration *restored = &undeletion->result.integration;
    if (!integration_copy_init(&undeletion->result, deleted))
        return fail_no_memory(failure);
    undeletion->outcome = judge(undeletion, deleted);
    if (undeletion->outcome != UNDELETE_DONE)
        return GQL_OK;
    int32_t code = GQL_OK;
    if (deleted->credential_ref.data != NULL && undeletion->check != NULL)
        code = undeletion->check(undeletion->user, deleted, &undeletion->cleared, failure);
    if (undeletion->cleared)
        restored->credential_ref = NO_TEXT;
    restored->version++;
    return code;
}

int32_t undeletion_refuse(struct undeletion *undeletion, const struct integration *live,
                          gql_failure *failure)
{
    undeletion->outcome = undeletion_is_foreign(undeletion, live) ? UNDELETE_FOREIGN
                                                                  : UNDELETE_NOT_DELETED;
    return integration_copy_init(&undeletion->result, live) ? GQL_OK : fail_no_memory(failure);
}
