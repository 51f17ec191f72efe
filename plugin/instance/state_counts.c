// SPDX-License-Identifier: MIT
#include "plugin/instance/state_counts.h"

#include <string.h>

void state_counts_add(struct state_counts *counts, const char *name)
{
    int i = 0;
    while (i < counts->size && strcmp(counts->names[i], name) != 0)
        i++;
    if (i == STATE_COUNTS)
        return;
    if (i == counts->size)
        counts->names[counts->size++] = name;
    counts->counts[i]++;
}
