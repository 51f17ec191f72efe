// SPDX-License-Identifier: MIT
/*
 * What a power loss leaves of a database: the calls that changed it are recorded, and images are
 * made of any moment, in which each sector that was not synced holds what it held at the last sync,
 * or what any write since then has put there. After a sync that failed, the kernel takes what was
 * not written for clean: no later sync writes it, unless it was written again. One thread at a
 * time.
 */
#ifndef TESTS_FAULTS_POWER_LOSS_H
#define TESTS_FAULTS_POWER_LOSS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Records changes of the database at `path` and of its log from now on, when nothing is to be
 * synced. vfs_install must have been called.
 */
void power_loss_record(const char *path);

/* How many changes and syncs there were. */
int power_loss_events(void);

/* Ends the recording; what was recorded stays until power_loss_finish. */
void power_loss_end(void);
void power_loss_finish(void);

enum power_loss_mode {
    POWER_LOSS_DROPS, /* All that was not synced. */
    POWER_LOSS_KEEPS, /* All of it. */
    POWER_LOSS_MIXES, /* Some of it: a generator decides for each sector. */
};

/*
 * Moves to the moment after `events` changes and syncs. They must not decrease. Returns whether
 * anything is not synced then.
 */
bool power_loss_move(int events, int sector_size);

/* Writes the image of this moment as `integrations.db` and its log into a folder. */
void power_loss_write(const char *folder, enum power_loss_mode mode, uint64_t seed);

#endif
