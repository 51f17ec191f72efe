// SPDX-License-Identifier: MIT
/* Writes the points of one metric. */
#ifndef PLUGIN_INSTANCE_METRIC_POINTS_H
#define PLUGIN_INSTANCE_METRIC_POINTS_H

#include "plugin/base/json_writer.h"
#include "plugin/base/tally.h"

/* An attribute of a point; without text it is left out. */
struct attribute {
    const char *name;
    struct text value;
};

struct metric_points {
    struct json_writer *writer;
    bool some; /* There was one. */
};

/* `attributes` ends with one that has no name. */
void metric_point(struct metric_points *points, const struct attribute *attributes, uint64_t value);

/* `is_duration`: in nanoseconds, which become seconds. */
void metric_histogram(struct metric_points *points, const struct attribute *attributes,
                      const struct tally_sums *sums, bool is_duration);

/* The bounds of a histogram, as a list. */
void metric_bounds(struct json_writer *writer, bool are_durations);

#endif
