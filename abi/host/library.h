// SPDX-License-Identifier: MIT
#ifndef GQL_HOST_LIBRARY_H
#define GQL_HOST_LIBRARY_H

#include "gql_host.h"

/* The runtime that the library was opened with. Any thread. */
gql_runtime *gql_library_runtime(const gql_library *library);

#endif
