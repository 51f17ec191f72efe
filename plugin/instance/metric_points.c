// SPDX-License-Identifier: MIT
#include "plugin/instance/metric_points.h"

#include <stdio.h>

/* Without printf's decimal point, which is the host's locale's. */
static void write_number(struct json_writer *writer, uint64_t value, bool is_duration)
{
    char fraction[16];
    if (!is_duration) {
        json_write_integer(writer, (int64_t)value);
        return;
    }
    json_write_integer(writer, (int64_t)(value / 1000000000u));
    int size = snprintf(fraction, sizeof fraction, ".%09u", (unsigned)(value % 1000000000u));
    while (fraction[size - 1] == '0')
        size--;
    if (size > 1)
        json_write_raw(writer, (struct text){fraction, (size_t)size});
}

static void begin_point(struct metric_points *points, const struct attribute *attributes)
{
    struct json_writer *writer = points->writer;
    bool first = true;
    if (points->some)
        json_write(writer, ",");
    points->some = true;
    json_write(writer, "{\"attributes\":{");
    for (; attributes->name != NULL; attributes++) {
        if (attributes->value.data == NULL)
            continue;
        if (!first)
            json_write(writer, ",");
        first = false;
        json_write_string(writer, text_of(attributes->name));
        json_write(writer, ":");
        json_write_string(writer, attributes->value);
    }
    json_write(writer, "},");
}

void metric_point(struct metric_points *points, const struct attribute *attributes, uint64_t value)
{
    begin_point(points, attributes);
    json_write(points->writer, "\"value\":");
    write_number(points->writer, value, false);
    json_write(points->writer, "}");
}

void metric_histogram(struct metric_points *points, const struct attribute *attributes,
                      const struct tally_sums *sums, bool is_duration)
{
    struct json_writer *writer = points->writer;
    uint64_t count = 0;
    for (int i = 0; i < TALLY_BUCKETS; i++)
        count += sums->buckets[i];
    begin_point(points, attributes);
    json_write(writer, "\"count\":");
    write_number(writer, count, false);
    json_write(writer, ",\"sum\":");
    write_number(writer, sums->sum, is_duration);
    json_write(writer, ",\"buckets\":[");
    for (int i = 0; i < TALLY_BUCKETS; i++) {
        if (i > 0)
            json_write(writer, ",");
        write_number(writer, sums->buckets[i], false);
    }
    json_write(writer, "]}");
}

void metric_bounds(struct json_writer *writer, bool are_durations)
{
    const uint64_t *bounds = are_durations ? tally_durations : tally_sizes;
    for (int i = 0; i < TALLY_BUCKETS - 1; i++) {
        json_write_raw(writer, i == 0 ? TEXT("[") : TEXT(","));
        write_number(writer, bounds[i], are_durations);
    }
    json_write(writer, "]");
}
