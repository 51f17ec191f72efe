// SPDX-License-Identifier: MIT
/* What the plugin tells of itself in numbers: the extension `metrics` of gql_plugin.h. */
#ifndef PLUGIN_INSTANCE_METRICS_H
#define PLUGIN_INSTANCE_METRICS_H

#include "plugin/instance/instance.h"

/* As gql_metrics.read; `version` is the plugin's. */
int32_t metrics_read(const char *version, gql_instance *instance, const gql_metrics_query *query,
                     gql_metrics_fn take, void *user);

#endif
