// SPDX-License-Identifier: MIT
#ifndef GQL_CHECK_OPTIONS_H
#define GQL_CHECK_OPTIONS_H

#include "abi/check/harness/check.h"

enum options_outcome { OPTIONS_RUN, OPTIONS_DONE, OPTIONS_WRONG };

/*
 * Reads the command line and the files that it names. Prints what is wrong to stderr
 * (OPTIONS_WRONG). `--help` and `--version` print and give OPTIONS_DONE.
 */
enum options_outcome options_read(int argument_count, char **arguments,
                                  struct check_options *options);
void options_finish(struct check_options *options);

#endif
