// SPDX-License-Identifier: MIT
/* What writes the points of the metrics that are not in the tally. */
#ifndef PLUGIN_INSTANCE_METRIC_WRITERS_H
#define PLUGIN_INSTANCE_METRIC_WRITERS_H

#include "plugin/instance/metrics_table.h"

void metric_write_info(struct metric_points *points, const struct metric_source *source);
void metric_write_lookups(struct metric_points *points, const struct metric_source *source);
void metric_write_calls(struct metric_points *points, const struct metric_source *source);
void metric_write_queue(struct metric_points *points, const struct metric_source *source);
void metric_write_open(struct metric_points *points, const struct metric_source *source);
void metric_write_organizations(struct metric_points *points, const struct metric_source *source);
void metric_write_sizes(struct metric_points *points, const struct metric_source *source);
void metric_write_snapshots(struct metric_points *points, const struct metric_source *source);
void metric_write_connections(struct metric_points *points, const struct metric_source *source);
void metric_write_most_connections(struct metric_points *points,
                                   const struct metric_source *source);
void metric_write_waiting(struct metric_points *points, const struct metric_source *source);
void metric_write_keyring_age(struct metric_points *points, const struct metric_source *source);
void metric_write_keyring_failing(struct metric_points *points, const struct metric_source *source);
void metric_write_keys(struct metric_points *points, const struct metric_source *source);
void metric_write_keyrings(struct metric_points *points, const struct metric_source *source);
void metric_write_expiries(struct metric_points *points, const struct metric_source *source);

#endif
