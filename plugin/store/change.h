// SPDX-License-Identifier: MIT
/* What a mutation makes of an integration, whatever engine stores it. */
#ifndef PLUGIN_STORE_CHANGE_H
#define PLUGIN_STORE_CHANGE_H

#include "plugin/store/store.h"

/*
 * Sets the result of a create whose ID is minted, or that was done before under its ID: the texts
 * are those of the mutation.
 */
void change_create(struct store_mutation *mutation);

/* Copies what is stored into the result of an update or a deletion, and compares the version. */
enum store_status change_begin(struct store_mutation *mutation, const struct integration *stored);

/*
 * After that, of an update: changes the result. Its texts are its own, or those of the mutation.
 * STORE_EXHAUSTED if the version can't grow.
 */
enum store_status change_update(struct store_mutation *mutation);

#endif
