// SPDX-License-Identifier: MIT
#include "tests/bench/copies.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "plugin/base/tenant_path.h"

struct path {
    char text[PATH_MAX];
};

static _Noreturn void stop(const struct path *path)
{
    perror(path->text);
    exit(1);
}

static void make_folder(const struct path *path)
{
    if (mkdir(path->text, 0700) != 0 && errno != EEXIST)
        stop(path);
}

/* The database's file, in folders that it makes. */
static struct path file_of(const char *root, struct text organization_id)
{
    struct path path;
    if (!tenant_folder(root, organization_id, path.text, sizeof path.text - 32))
        exit(1);
    char *last = strrchr(path.text, '/');
    *last = '\0';
    make_folder(&path);
    *last = '/';
    make_folder(&path);
    strcat(path.text, "/integrations.db");
    return path;
}

struct original original_read(const char *root, struct text organization_id)
{
    struct original original = {.organization_id = organization_id};
    struct stat found;
    const struct path path = file_of(root, organization_id);
    FILE *file = fopen(path.text, "rb");
    if (file == NULL || fstat(fileno(file), &found) != 0)
        stop(&path);
    original.size = (size_t)found.st_size;
    original.bytes = malloc(original.size);
    if (fread(original.bytes, 1, original.size, file) != original.size)
        stop(&path);
    fclose(file);
    return original;
}

void original_free(struct original *original)
{
    free(original->bytes);
    *original = (struct original){0};
}

/* IDs have the same length, so no other byte of the file changes. */
static void rename_owner(char *bytes, size_t size, struct text from, struct text to)
{
    char *place;
    size_t left = size;
    while ((place = memmem(bytes, left, from.data, from.size)) != NULL) {
        memcpy(place, to.data, to.size);
        left -= (size_t)(place + from.size - bytes);
        bytes = place + from.size;
    }
}

void original_copy(const struct original *original, const char *root, struct text organization_id)
{
    const struct path path = file_of(root, organization_id);
    char *bytes = malloc(original->size);
    memcpy(bytes, original->bytes, original->size);
    rename_owner(bytes, original->size, original->organization_id, organization_id);
    FILE *file = fopen(path.text, "wb");
    if (file == NULL || fwrite(bytes, 1, original->size, file) != original->size ||
        fclose(file) != 0 || chmod(path.text, 0600) != 0)
        stop(&path);
    free(bytes);
}
