// SPDX-License-Identifier: MIT
#include "plugin/store/state.h"

#include <stdio.h>

void state_board_init(struct state_board *board)
{
    *board = (struct state_board){0};
    pthread_mutex_init(&board->lock, NULL);
}

void state_board_finish(struct state_board *board)
{
    pthread_mutex_destroy(&board->lock);
}

bool state_report(struct state_board *board, enum state_subject subject, enum store_health health,
                  const char *reason)
{
    struct store_state *state = &board->states[subject];
    pthread_mutex_lock(&board->lock);
    const bool changed = state->health != health;
    state->health = health;
    snprintf(state->reason, sizeof state->reason, "%s", reason);
    pthread_mutex_unlock(&board->lock);
    return changed;
}

struct store_state state_worst(struct state_board *board)
{
    pthread_mutex_lock(&board->lock);
    const struct store_state *worst = &board->states[0];
    for (int i = 1; i < STATE_SUBJECTS; i++) {
        if (board->states[i].health > worst->health)
            worst = &board->states[i];
    }
    const struct store_state state = *worst;
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
