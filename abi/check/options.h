// SPDX-License-Identifier: MIT
#ifndef GQL_CHECK_OPTIONS_H
#define GQL_CHECK_OPTIONS_H

#include "abi/check/check.h"

enum options_outcome { OPTIONS_RUN, OPTIONS_DONE, OPTIONS_WRONG };

/*
 * Reads the command line and the files that it names. What is wrong is printed; `--help` and
 * `--version` are done at once.
 */
enum options_outcome options_read(int argument_count, char **arguments,
                                  struct check_options *options);
void options_finish(struct check_options *options);

#endif
