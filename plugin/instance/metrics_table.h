// SPDX-License-Identifier: MIT
/* The metrics: what each is called, what it is, and where its points come from. */
#ifndef PLUGIN_INSTANCE_METRICS_TABLE_H
#define PLUGIN_INSTANCE_METRICS_TABLE_H

#include "plugin/instance/database_sizes.h"
#include "plugin/instance/instance.h"
#include "plugin/instance/metric_points.h"

enum metric_scope { METRIC_OF_PROCESS, METRIC_OF_INSTANCE };
enum metric_kind { METRIC_COUNTER, METRIC_UPDOWNCOUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

/* What a metric is read from. */
struct metric_source {
    const char *version;
    gql_instance *instance;       /* METRIC_OF_INSTANCE. */
    struct database_sizes *sizes; /* Likewise, and so are the members below. */
    const struct inventory_findings *findings;
    uint32_t organizations; /* That may be told apart. */
};

/* An attribute whose values are numbered; the first may be NULL: the attribute is left out. */
struct metric_dimension {
    const char *name; /* NULL: there is none. */
    const char *const *values;
    int count;
    int stride; /* In the tally. */
};

struct metric {
    enum metric_scope scope;
    enum metric_kind kind;
    const char *name;
    const char *unit;
    const char *description;
    /* Writes the points. NULL: those of the tally, from `first` on. */
    void (*write)(struct metric_points *points, const struct metric_source *source);
    int first;
    struct metric_dimension major, minor; /* Of the tally. */
    const char *constant;                 /* The value of db.system.name; or NULL. */
    bool lowest_is_worst;                 /* Of a gauge. */
};

extern const struct metric metrics[];
extern const size_t metric_count;

#endif
