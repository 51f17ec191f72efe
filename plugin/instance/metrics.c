// SPDX-License-Identifier: MIT
#include "plugin/instance/metrics.h"

#include "plugin/instance/metrics_table.h"

static struct attribute attribute_of(const struct metric_dimension *dimension, int number)
{
    if (dimension->name == NULL)
        return (struct attribute){"", NO_TEXT}; /* None, but not the end. */
    return (struct attribute){dimension->name, text_of(dimension->values[number])};
}

static bool is_empty(const struct tally_sums *sums)
{
    uint64_t any = 0;
    for (int i = 0; i < TALLY_BUCKETS; i++)
        any |= sums->buckets[i];
    return any == 0;
}

static bool is_duration(const struct metric *metric)
{
    return strcmp(metric->unit, "s") == 0;
}

static void write_series(struct metric_points *points, const struct metric *metric, int series,
                         const struct attribute *attributes)
{
    if (metric->kind == METRIC_COUNTER) {
        metric_point(points, attributes, tally_counter_read(series));
        return;
    }
    const struct tally_sums sums = tally_histogram_read(series);
    if (!is_empty(&sums))
        metric_histogram(points, attributes, &sums, is_duration(metric));
}

static void write_tally(struct metric_points *points, const struct metric *metric)
{
    const int majors = metric->major.name == NULL ? 1 : metric->major.count;
    const int minors = metric->minor.name == NULL ? 1 : metric->minor.count;
    for (int major = 0; major < majors; major++) {
        for (int minor = 0; minor < minors; minor++) {
            const struct attribute attributes[] = {attribute_of(&metric->major, major),
                                                   attribute_of(&metric->minor, minor),
                                                   {"db.system.name", text_of(metric->constant)},
                                                   {0}};
            write_series(points, metric, metric->first + major * metric->major.stride + minor,
                         attributes);
        }
    }
}

static void write_metric(struct json_writer *writer, const struct metric *metric,
                         const struct metric_source *source)
{
    static const char *const kinds[] = {"counter", "updowncounter", "gauge", "histogram"};
    struct metric_points points = {.writer = writer};
    json_write(writer, "{\"name\":");
    json_write_string(writer, text_of(metric->name));
    json_write(writer, ",\"kind\":");
    json_write_string(writer, text_of(kinds[metric->kind]));
    json_write(writer, ",\"unit\":");
    json_write_string(writer, text_of(metric->unit));
    json_write(writer, ",\"description\":");
    json_write_string(writer, text_of(metric->description));
    if (metric->lowest_is_worst)
        json_write(writer, ",\"worst\":\"lowest\"");
    if (metric->kind == METRIC_HISTOGRAM) {
        json_write(writer, ",\"bounds\":");
        metric_bounds(writer, is_duration(metric));
    }
    json_write(writer, ",\"points\":[");
    if (metric->write == NULL)
        write_tally(&points, metric);
    else
        metric->write(&points, source);
    json_write(writer, "]}");
}

static void write_all(struct json_writer *writer, const struct metric_source *source)
{
    const enum metric_scope scope = source->instance == NULL ? METRIC_OF_PROCESS
                                                             : METRIC_OF_INSTANCE;
    bool first = true;
    json_write(writer, "[");
    for (size_t i = 0; i < metric_count; i++) {
        if (metrics[i].scope != scope)
            continue;
        if (!first)
            json_write(writer, ",");
        first = false;
        write_metric(writer, &metrics[i], source);
    }
    json_write(writer, "]");
}

/* Writes those of an instance. False if memory ran out. */
static bool write_instance(struct json_writer *writer, gql_instance *instance,
                           uint32_t organizations)
{
    struct database_sizes sizes;
    if (!database_sizes_init(&sizes, instance->store, organizations))
        return false;
    struct metric_source source = {.instance = instance,
                                   .sizes = &sizes,
                                   .organizations = organizations};
    source.findings = inventory_borrow(&instance->inventory);
    write_all(writer, &source);
    inventory_give_back(&instance->inventory);
    database_sizes_finish(&sizes);
    return true;
}

int32_t metrics_read(const char *version, gql_instance *instance, const gql_metrics_query *query,
                     gql_metrics_fn take, void *user)
{
    char room[8192];
    struct json_writer writer;
    bool good = true;
    if (take == NULL || (query != NULL && !GQL_FITS(query, GQL_METRICS_QUERY_SIZE_0_2)))
        return GQL_E_MISUSE;
    json_writer_begin(&writer, room, sizeof room);
    if (instance == NULL)
        write_all(&writer, &(struct metric_source){.version = version});
    else
        good = write_instance(&writer, instance, query == NULL ? 0 : query->organizations);
    good = good && !writer.failed;
    if (good)
        take(user, writer.data, writer.size);
    json_writer_finish(&writer);
    return good ? GQL_OK : GQL_E_NO_MEMORY;
}
