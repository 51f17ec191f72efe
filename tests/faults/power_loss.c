// SPDX-License-Identifier: MIT
#include "tests/faults/power_loss.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/faults/vfs.h"

enum { FILES = 2, VERSIONS = 64, SECTORS = 16384 };

enum event_kind { WROTE, TRUNCATED, SYNCED, SYNC_FAILED };

struct event {
    enum event_kind kind;
    int file; /* 0: the database, 1: its log. */
    int size;
    int64_t offset; /* TRUNCATED: the size. */
    unsigned char *data;
};

/* What the disk may hold at one place: the last that is certain, and what came later. */
struct place {
    int count;
    bool lost; /* Its last version will not be written any more, since a sync failed. */
    unsigned char *versions[VERSIONS];
};

struct file {
    unsigned char *first; /* When the recording began. */
    int64_t first_size;
    int64_t sizes[VERSIONS]; /* The certain one first. */
    int size_count;
    struct place places[SECTORS];
};

static char path[256];
static struct event *events;
static int event_count, event_room;
static struct file files[FILES];
static int moved, sector;

static int file_of(const char *name)
{
    const size_t size = strlen(path);
    if (name == NULL || strncmp(name, path, size) != 0)
        return -1;
    return name[size] == '\0' ? 0 : strcmp(name + size, "-wal") == 0 ? 1 : -1;
}

/* ---- Recording ---- */

static void add(struct event event, const void *data)
{
    if (event.file < 0)
        return;
    if (event_count == event_room) {
        event_room = event_room * 2 + 256;
        events = realloc(events, (size_t)event_room * sizeof *events);
        cr_assert_not_null(events);
    }
    if (event.kind == WROTE) {
        event.data = malloc((size_t)event.size);
        memcpy(event.data, data, (size_t)event.size);
    }
    events[event_count++] = event;
}

static void wrote(const char *name, const void *data, int size, int64_t offset)
{
    add((struct event){.kind = WROTE, .file = file_of(name), .size = size, .offset = offset}, data);
}

static void truncated(const char *name, int64_t size)
{
    add((struct event){.kind = TRUNCATED, .file = file_of(name), .offset = size}, NULL);
}

static void synced(const char *name, bool succeeded)
{
    add((struct event){.kind = succeeded ? SYNCED : SYNC_FAILED, .file = file_of(name)}, NULL);
}

/* Another process reads: closing a file would drop SQLite's locks. */
static void load(struct file *file, const char *name)
{
    char command[320];
    snprintf(command, sizeof command, "cat '%s' 2>/dev/null", name);
    FILE *pipe = popen(command, "r");
    cr_assert_not_null(pipe);
    file->first = malloc(1 << 24);
    file->first_size = (int64_t)fread(file->first, 1, 1 << 24, pipe);
    pclose(pipe);
}

void power_loss_record(const char *database)
{
    static const struct vfs_observer observer = {wrote, truncated, synced};
    char log[300];
    snprintf(path, sizeof path, "%s", database);
    snprintf(log, sizeof log, "%s-wal", path);
    load(&files[0], path);
    load(&files[1], log);
    vfs_observe(&observer);
}

int power_loss_events(void)
{
    return event_count;
}

void power_loss_end(void)
{
    vfs_observe(NULL);
}

/* ---- The disk at a moment ---- */

static void forget_versions(struct place *place, int from)
{
    for (int i = from; i < place->count; i++)
        free(place->versions[i]);
    place->count = from;
}

static void empty(struct file *file)
{
    for (int i = 0; i < SECTORS; i++)
        forget_versions(&file->places[i], 0);
}

static void begin(int sector_size)
{
    moved = 0;
    sector = sector_size;
    for (int f = 0; f < FILES; f++) {
        struct file *file = &files[f];
        empty(file);
        file->sizes[0] = file->first_size;
        file->size_count = 1;
    }
}

/* The first version of a sector is what the file held at the beginning. */
static struct place *place_at(struct file *file, int64_t number)
{
    cr_assert_lt(number, SECTORS);
    struct place *place = &file->places[number];
    if (place->count > 0)
        return place;
    place->versions[place->count++] = calloc(1, (size_t)sector);
    place->lost = false;
    const int64_t begin_at = number * sector, rest = file->first_size - begin_at;
    if (rest > 0)
        memcpy(place->versions[0], file->first + begin_at, (size_t)(rest < sector ? rest : sector));
    return place;
}

static unsigned char *new_version(struct place *place)
{
    cr_assert_lt(place->count, VERSIONS);
    unsigned char *version = malloc((size_t)sector);
    memcpy(version, place->versions[place->count - 1], (size_t)sector);
    place->versions[place->count++] = version;
    place->lost = false;
    return version;
}

static void set_size(struct file *file, int64_t size)
{
    if (file->sizes[file->size_count - 1] == size)
        return;
    file->size_count += file->size_count < VERSIONS;
    file->sizes[file->size_count - 1] = size;
}

static void write_sectors(struct file *file, const struct event *event)
{
    const int64_t end = event->offset + event->size;
    for (int64_t at = event->offset; at < end;) {
        const int64_t number = at / sector, inside = at % sector;
        const int64_t size = end - at < sector - inside ? end - at : sector - inside;
        memcpy(new_version(place_at(file, number)) + inside, event->data + (at - event->offset),
               (size_t)size);
        at += size;
    }
    if (end > file->sizes[file->size_count - 1])
        set_size(file, end);
}

/* What is not lost is certain now. */
static void make_certain(struct file *file)
{
    for (int i = 0; i < SECTORS; i++) {
        struct place *place = &file->places[i];
        if (place->count < 2 || place->lost)
            continue;
        unsigned char *last = place->versions[place->count - 1];
        place->count--;
        forget_versions(place, 0);
        place->versions[0] = last;
        place->count = 1;
    }
    file->sizes[0] = file->sizes[file->size_count - 1];
    file->size_count = 1;
}

static void lose(struct file *file)
{
    for (int i = 0; i < SECTORS; i++)
        file->places[i].lost = file->places[i].count > 1;
}

static void apply(const struct event *event)
{
    struct file *file = &files[event->file];
    switch (event->kind) {
    case WROTE:
        write_sectors(file, event);
        break;
    case TRUNCATED:
        set_size(file, event->offset);
        break;
    case SYNCED:
        make_certain(file);
        break;
    case SYNC_FAILED:
        lose(file);
        break;
    }
}

static bool is_uncertain(const struct file *file)
{
    bool uncertain = file->size_count > 1;
    for (int i = 0; i < SECTORS && !uncertain; i++)
        uncertain = file->places[i].count > 1;
    return uncertain;
}

bool power_loss_move(int count, int sector_size)
{
    if (sector != sector_size || count < moved)
        begin(sector_size);
    for (; moved < count; moved++)
        apply(&events[moved]);
    return is_uncertain(&files[0]) || is_uncertain(&files[1]);
}

/* ---- Images ---- */

/* SplitMix64. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static int choose(int count, enum power_loss_mode mode, uint64_t *random)
{
    if (mode == POWER_LOSS_MIXES)
        return (int)(next_random(random) % (unsigned)count);
    return mode == POWER_LOSS_DROPS ? 0 : count - 1;
}

static void write_file(struct file *file, const char *name, enum power_loss_mode mode,
                       uint64_t *random)
{
    FILE *out = fopen(name, "wb");
    cr_assert_not_null(out);
    int64_t left = file->sizes[choose(file->size_count, mode, random)];
    for (int64_t number = 0; left > 0; number++) {
        const struct place *place = place_at(file, number);
        const size_t size = (size_t)(left < sector ? left : sector);
        fwrite(place->versions[choose(place->count, mode, random)], 1, size, out);
        left -= (int64_t)size;
    }
    cr_assert_eq(fclose(out), 0);
}

void power_loss_write(const char *folder, enum power_loss_mode mode, uint64_t seed)
{
    static const char *const names[FILES] = {"integrations.db", "integrations.db-wal"};
    char name[320];
    for (int f = 0; f < FILES; f++) {
        snprintf(name, sizeof name, "%s/%s", folder, names[f]);
        write_file(&files[f], name, mode, &seed);
    }
}

void power_loss_finish(void)
{
    for (int i = 0; i < event_count; i++)
        free(events[i].data);
    free(events);
    events = NULL;
    event_count = event_room = sector = 0;
    for (int f = 0; f < FILES; f++) {
        empty(&files[f]);
        free(files[f].first);
        files[f].first = NULL;
    }
}
