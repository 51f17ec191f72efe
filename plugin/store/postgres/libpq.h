// SPDX-License-Identifier: MIT
/*
 * libpq, loaded when the first store of this engine is opened: who has no `database.url` needs no
 * libpq, and gets none of the libraries that it brings along. It stays loaded.
 */
#ifndef PLUGIN_STORE_POSTGRES_LIBPQ_H
#define PLUGIN_STORE_POSTGRES_LIBPQ_H

#include <libpq-fe.h>

#include "gql_plugin.h"

#define LIBPQ_FUNCTIONS(X) \
    X(PQbinaryTuples)      \
    X(PQclear)             \
    X(PQconninfoFree)      \
    X(PQconninfoParse)     \
    X(PQconnectdbParams)   \
    X(PQconsumeInput)      \
    X(PQdb)                \
    X(PQenterPipelineMode) \
    X(PQerrorMessage)      \
    X(PQfinish)            \
    X(PQflush)             \
    X(PQgetResult)         \
    X(PQgetisnull)         \
    X(PQgetlength)         \
    X(PQgetvalue)          \
    X(PQhost)              \
    X(PQisBusy)            \
    X(PQisthreadsafe)      \
    X(PQlibVersion)        \
    X(PQntuples)           \
    X(PQpipelineSync)      \
    X(PQport)              \
    X(PQresultErrorField)  \
    X(PQresultStatus)      \
    X(PQsendPrepare)       \
    X(PQsendQueryParams)   \
    X(PQsendQueryPrepared) \
    X(PQserverVersion)     \
    X(PQsetNoticeReceiver) \
    X(PQsetnonblocking)    \
    X(PQsocket)            \
    X(PQstatus)            \
    X(PQtransactionStatus)

struct libpq {
#define MEMBER(name) __typeof__(&name) name;
    LIBPQ_FUNCTIONS(MEMBER)
#undef MEMBER
};

/* Filled in by libpq_load. */
extern struct libpq pq;

/* Any thread; may be called again. */
int32_t libpq_load(gql_failure *failure);

#endif
