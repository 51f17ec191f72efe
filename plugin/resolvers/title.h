// SPDX-License-Identifier: MIT
/* The rules of titles. */
#ifndef RESOLVERS_TITLE_H
#define RESOLVERS_TITLE_H

#include "plugin/base/text.h"

enum { TITLE_LIMIT = 255 }; /* Code points. */

/*
 * Without leading and trailing white space (the Unicode property White_Space). `title` is valid
 * UTF-8.
 */
struct text title_trim(struct text title);

/* What is wrong with a trimmed title, as a sentence, or NULL. */
const char *title_trouble(struct text title);

#endif
