// SPDX-License-Identifier: MIT
/*
 * The order of titles, by ICU (UTS #10): strength secondary, numeric, normalized. Two titles
 * compare as their sort keys do, byte by byte. Any thread may use an open collation.
 */
#ifndef PLUGIN_STORE_COLLATION_H
#define PLUGIN_STORE_COLLATION_H

#include <stddef.h>
#include <stdint.h>

#include "gql_plugin.h"
#include "plugin/base/text.h"

struct collation;

/*
 * Loads what all of ICU's collations need, before any other function is called. ICU does so once
 * in a process: where memory runs out then, it may crash, or open no collation until the process
 * ends.
 */
int32_t collation_init(gql_failure *failure);

/*
 * `locale` is a BCP 47 tag of a language, and a collation, that ICU knows. Whoever in the process
 * opens the same locale shares one collation, which the last collation_close frees. Any thread. If
 * memory runs out where ICU loads the locale's own data for the first time, ICU may keep that
 * failure until the process ends; the message says so.
 */
int32_t collation_open(const char *locale, struct collation **ret_collation, gql_failure *failure);
void collation_close(struct collation **collation);

/*
 * Names everything that sort keys depend on: the locale and ICU's versions. Keys with different
 * fingerprints can't be compared.
 */
const char *collation_fingerprint(const struct collation *collation);

/* Copies the locale that a fingerprint names. False if it names none that fits. */
bool collation_fingerprint_locale(const char *fingerprint, char *ret_locale, size_t capacity);

/* A sort key, in `room` if it fits, otherwise on the heap. */
struct sort_key {
    const uint8_t *data;
    size_t size;
    uint8_t *heap;
    uint8_t room[512];
};

/* False if out of memory. Do not move the key; sort_key_finish frees it. */
bool sort_key_make(const struct collation *collation, struct text title, struct sort_key *key);
void sort_key_finish(struct sort_key *key);

#define SORT_KEY_AUTO __attribute__((cleanup(sort_key_finish))) struct sort_key

#endif
