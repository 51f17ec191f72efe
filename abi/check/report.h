// SPDX-License-Identifier: MIT
/* Prints the results: TAP while the checks run, or one JSON document at the end. */
#ifndef GQL_CHECK_REPORT_H
#define GQL_CHECK_REPORT_H

#include "abi/check/harness/check.h"

void report_begin(const struct check_options *options);

/* On a terminal: which check runs now. */
void report_progress(size_t index);
void report_result(const struct check_options *options, size_t index,
                   const struct check_result *result);

/* Nothing more can be checked. */
void report_bail_out(const struct check_options *options, const char *detail);

/* The summary, or the JSON document, of the checks that are done. */
void report_end(const struct check_run *run, const struct check_identity *identity);

#endif
