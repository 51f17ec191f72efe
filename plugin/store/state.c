// SPDX-License-Identifier: MIT
#include "plugin/store/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void state_board_init(struct state_board *board)
{
    *board = (struct state_board){0};
    pthread_mutex_init(&board->lock, NULL);
}

void state_board_finish(struct state_board *board)
{
    for (int i = 0; i < STATE_SUBJECTS; i++)
        free(board->reports[i].reason);
    pthread_mutex_destroy(&board->lock);
}

bool state_report(struct state_board *board, enum state_subject subject, enum store_health health,
                  const char *reason)
{
    struct state_report *report = &board->reports[subject];
    char *copy = reason[0] == '\0' ? NULL : strdup(reason);
    pthread_mutex_lock(&board->lock);
    const bool changed = report->health != health;
    char *former = report->reason;
    *report = (struct state_report){health, copy};
    pthread_mutex_unlock(&board->lock);
    free(former);
    return changed;
}

struct store_state state_worst(struct state_board *board)
{
    pthread_mutex_lock(&board->lock);
    const struct state_report *worst = &board->reports[0];
    for (int i = 1; i < STATE_SUBJECTS; i++) {
        if (board->reports[i].health > worst->health)
            worst = &board->reports[i];
    }
    struct store_state state = {.health = worst->health};
    if (worst->health != STORE_HEALTHY)
        snprintf(state.reason, sizeof state.reason, "%s",
                 worst->reason != NULL ? worst->reason : "Out of memory; the log has the reason");
    pthread_mutex_unlock(&board->lock);
    return state;
}

void state_prove(struct state_board *board, enum state_proof proof, uint64_t time)
{
    pthread_mutex_lock(&board->lock);
    if (time > board->proofs[proof])
        board->proofs[proof] = time;
    pthread_mutex_unlock(&board->lock);
}

uint64_t state_proved(struct state_board *board, enum state_proof proof)
{
    pthread_mutex_lock(&board->lock);
    const uint64_t time = board->proofs[proof];
    pthread_mutex_unlock(&board->lock);
    return time;
}
