// SPDX-License-Identifier: MIT
/*
 * A store on a damaged copy of the sample: every operation is tried, and each answer is compared
 * with the truth. The store is opened twice: what was written in spite of damage is read again.
 * Call it in a process of its own.
 */
#ifndef TESTS_FAULTS_EXAMINATION_H
#define TESTS_FAULTS_EXAMINATION_H

#include "tests/faults/sample.h"

enum outcome {
    OUTCOME_RIGHT,   /* All answers are, and no damage was found. */
    OUTCOME_REFUSED, /* The store does not open. */
    OUTCOME_NAMED,   /* Some calls failed because of damage; the others were answered right. */
    OUTCOME_SILENT,  /* An answer was wrong. */
    OUTCOME_UNCLEAR, /* An error that does not name the damage, or a change after it was named. */
    OUTCOMES,
};

/* What is wrong with answers of each kind, as bits of truth.h. */
struct finding {
    enum outcome outcome;
    unsigned gets, pages, counts, writes;
    bool damage_named; /* By any call. */
    char text[1024];   /* Why the outcome is what it is. */
};

/* `truth` becomes what was acknowledged. */
void examine(struct sample *sample, const struct scratch *scratch, struct finding *finding);

#endif
