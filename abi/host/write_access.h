// SPDX-License-Identifier: MIT
/* Who can change what a path leads to. */
#ifndef GQL_WRITE_ACCESS_H
#define GQL_WRITE_ACCESS_H

#include <sys/types.h>

#include "gql_plugin.h"

/*
 * GQL_OK if the file or folder at `path`, and every folder and link that leads to it, belongs to
 * root or to `user`, who runs the process, and not everyone may write to it. Everyone may write to
 * folders where only owners can remove and rename (sticky, as /tmp is). Groups are not looked at:
 * with a umask of 002, users have one of their own. Otherwise GQL_E_UNAVAILABLE, with the cure; the
 * message does not begin with the path. Any thread.
 */
int32_t write_access_check(const char *path, uid_t user, gql_failure *failure);

#endif
