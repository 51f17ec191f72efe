// SPDX-License-Identifier: MIT
#include "plugin/store/sqlite/log_reader.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    MAGIC = 0x377F0682, /* Plus 1 if words are summed up in big-endian order. */
    VERSION = 3007000,
    HEADER_SIZE = 32,
    HEADER_SUMMED = 24,
    FRAME_HEADER_SIZE = 24,
    FRAME_SUMMED = 8,
    SALTS_PLACE = 16, /* In the header of the log. */
    FRAME_SALTS_PLACE = 8,
    FRAME_SUMS_PLACE = 16,
    LEAST_PAGE_SIZE = 512,
    LARGEST_PAGE_SIZE = 65536,
};

static uint32_t big_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static uint32_t little_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[1] << 8 | bytes[0];
}

static void add_up(struct log_reader *reader, const uint8_t *bytes, size_t size)
{
    for (const uint8_t *end = bytes + size; bytes < end; bytes += 8) {
        const bool big = reader->big_endian;
        reader->sums[0] += (big ? big_endian(bytes) : little_endian(bytes)) + reader->sums[1];
        reader->sums[1] += (big ? big_endian(bytes + 4) : little_endian(bytes + 4)) +
                           reader->sums[0];
    }
}

static bool sums_are(const struct log_reader *reader, const uint8_t *bytes)
{
    return reader->sums[0] == big_endian(bytes) && reader->sums[1] == big_endian(bytes + 4);
}

static bool take_header(struct log_reader *reader, const uint8_t header[HEADER_SIZE])
{
    const uint32_t magic = big_endian(header);
    reader->big_endian = (magic & 1) != 0;
    reader->page_size = big_endian(header + 8);
    memcpy(reader->salts, header + SALTS_PLACE, LOG_SALTS_SIZE);
    add_up(reader, header, HEADER_SUMMED);
    return (magic & ~UINT32_C(1)) == MAGIC && big_endian(header + 4) == VERSION &&
           reader->page_size >= LEAST_PAGE_SIZE && reader->page_size <= LARGEST_PAGE_SIZE &&
           (reader->page_size & (reader->page_size - 1)) == 0 &&
           sums_are(reader, header + HEADER_SUMMED);
}

bool log_reader_open(struct log_reader *reader, const char *path)
{
    uint8_t header[HEADER_SIZE];
    *reader = (struct log_reader){.file = open(path, O_RDONLY | O_CLOEXEC), .place = HEADER_SIZE};
    if (reader->file < 0 || pread(reader->file, header, sizeof header, 0) != sizeof header ||
        !take_header(reader, header))
        return false;
    reader->frame = malloc(FRAME_HEADER_SIZE + reader->page_size);
    return reader->frame != NULL;
}

void log_reader_close(struct log_reader *reader)
{
    free(reader->frame);
    if (reader->file >= 0)
        close(reader->file);
    *reader = (struct log_reader){.file = -1};
}

bool log_reader_next(struct log_reader *reader, struct log_frame *ret_frame)
{
    const uint8_t *header = reader->frame, *content = header + FRAME_HEADER_SIZE;
    const size_t size = FRAME_HEADER_SIZE + reader->page_size;
    if (pread(reader->file, reader->frame, size, reader->place) != (ssize_t)size ||
        memcmp(header + FRAME_SALTS_PLACE, reader->salts, LOG_SALTS_SIZE) != 0 ||
        big_endian(header) == 0)
        return false;
    add_up(reader, header, FRAME_SUMMED);
    add_up(reader, content, reader->page_size);
    if (!sums_are(reader, header + FRAME_SUMS_PLACE))
        return false;
    reader->place += (off_t)size;
    *ret_frame = (struct log_frame){.page = big_endian(header),
                                    .commits = big_endian(header + 4) != 0,
                                    .content = content};
    return true;
}
