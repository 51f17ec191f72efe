// SPDX-License-Identifier: MIT
/*
 * A proxy before the server of POSTGRES_URL, that hangs or cuts connections at a message of
 * PostgreSQL's protocol. One for the process, on threads of its own.
 */
#ifndef TESTS_PLUGIN_POSTGRES_PROXY_H
#define TESTS_PLUGIN_POSTGRES_PROXY_H

#include <stdbool.h>

/* Starts it, and makes POSTGRES_URL lead to it. It ends with the process. */
void proxy_start(void);

enum proxy_side { PROXY_TO_SERVER, PROXY_TO_CLIENT };

/*
 * The next message but `count` of that side is not handed over any more: its connection is cut. The
 * server goes on with what it has got. Happens once.
 */
void proxy_cut_after(enum proxy_side side, int count);

/* Whether the cut has happened. Takes it back if not. */
bool proxy_has_cut(void);

/* From now on nothing is handed over, or it is again. */
void proxy_hang(bool hangs);

/* From now on the server says that it is PostgreSQL 11. */
void proxy_pretend_old(void);

#endif
