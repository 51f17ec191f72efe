// SPDX-License-Identifier: MIT
/* The rules for titles. */
#ifndef PLUGIN_RESOLVERS_TITLE_H
#define PLUGIN_RESOLVERS_TITLE_H

#include "plugin/base/text.h"

/*
 * The title without leading and trailing white space (the Unicode property White_Space). `title` is
 * UTF-8, but may hold lone surrogates as three bytes each (WTF-8).
 */
struct text title_trim(struct text title);

/* The rule that a trimmed title breaks, as a sentence; NULL: none. Static. */
const char *title_violation(struct text title);

#endif
