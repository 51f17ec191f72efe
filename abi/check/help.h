// SPDX-License-Identifier: MIT
#ifndef GQL_CHECK_HELP_H
#define GQL_CHECK_HELP_H

/* What --help and --version print. */
extern const char help_text[];
extern const char help_version[];

#endif
