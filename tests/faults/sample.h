// SPDX-License-Identifier: MIT
/*
 * A database of a realistic kind, with what it holds and how its file was before: several hundred
 * integrations of organizations of different sizes, some deleted, deactivated, with a long title,
 * or with the title of others. It is the same in each run. One thread at a time.
 */
#ifndef TESTS_FAULTS_SAMPLE_H
#define TESTS_FAULTS_SAMPLE_H

#include "tests/faults/damage.h"
#include "tests/faults/truth.h"
#include "tests/plugin/scratch.h"

enum { SAMPLE_ORGANIZATIONS = 4, SAMPLE_DELETED = 120, SAMPLE_OLDER = 4 };

extern const char *const sample_organizations[SAMPLE_ORGANIZATIONS];

struct sample {
    struct image image, older[SAMPLE_OLDER];
    struct truth truth;
    struct identifier deleted[SAMPLE_DELETED];
    struct collation *collation;
};

/* Makes `integrations.db` in the folder, and closes it. */
void sample_make(struct sample *sample, const struct scratch *scratch);
void sample_finish(struct sample *sample);

/* Every seventh title is long, every fifth stands several times. */
void sample_title(char title[256], int i);

#endif
