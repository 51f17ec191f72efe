// SPDX-License-Identifier: MIT
/*
 * Reads the frames of a log (`-wal`) that SQLite's recovery would take, in their order: see "The
 * Write-Ahead Log" in SQLite's file format. Nobody may write to the log meanwhile. POSIX locks are
 * on the database and the index, never on the log, so that it may be opened and closed.
 */
#ifndef PLUGIN_STORE_SQLITE_LOG_READER_H
#define PLUGIN_STORE_SQLITE_LOG_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { LOG_SALTS_SIZE = 8 };

struct log_reader {
    int file;
    off_t place; /* Of the next frame. */
    size_t page_size;
    bool big_endian; /* The words that are summed up. */
    uint32_t sums[2];
    uint8_t salts[LOG_SALTS_SIZE];
    uint8_t *frame;
};

struct log_frame {
    uint32_t page; /* Its number, from 1. */
    bool commits;  /* The last frame of a transaction. */
    const uint8_t *content;
};

/* False if the log can't be read, or recovery would take nothing of it. Close it in any case. */
bool log_reader_open(struct log_reader *reader, const char *path);
void log_reader_close(struct log_reader *reader);

/* False at the end. The content is valid until the next call. */
bool log_reader_next(struct log_reader *reader, struct log_frame *ret_frame);

#endif
