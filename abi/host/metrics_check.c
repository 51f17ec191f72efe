// SPDX-License-Identifier: MIT
/* Whether a text is a list of metrics as gql_plugin.h describes it. */
#include <string.h>

#include "abi/host/base/failure.h"
#include "abi/host/base/json_text.h"
#include "gql_host.h"

/* A metric that is being checked. What is wrong ends up in `why`. */
struct checked {
    const struct json_value *metric;
    const struct json_value *bounds; /* NULL: it is no histogram. */
    const char *why;
};

static bool refuse(struct checked *checked, const char *why)
{
    checked->why = why;
    return false;
}

static bool is_kind(const struct json_value *value, enum json_kind kind)
{
    return value != NULL && value->kind == kind;
}

static bool is_number(const struct json_value *value)
{
    return is_kind(value, JSON_TEXT_INTEGER) || is_kind(value, JSON_TEXT_NUMBER);
}

/* Not negative, and without an exponent. */
static bool is_plain(const struct json_value *value)
{
    return is_number(value) && value->start[0] != '-' &&
           memchr(value->start, 'e', value->size) == NULL &&
           memchr(value->start, 'E', value->size) == NULL;
}

static bool is_count(const struct json_value *value)
{
    return is_kind(value, JSON_TEXT_INTEGER) && value->start[0] != '-';
}

/* Of a number that is not negative. strtod would take the locale's decimal point. */
static double number_of(const struct json_value *value)
{
    double number = 0, unit = 1;
    size_t i = 0;
    for (; i < value->size && value->start[i] >= '0' && value->start[i] <= '9'; i++)
        number = number * 10 + (value->start[i] - '0');
    if (i < value->size && value->start[i] == '.')
        i++;
    for (; i < value->size && value->start[i] >= '0' && value->start[i] <= '9'; i++)
        number += (value->start[i] - '0') * (unit /= 10);
    return number;
}

static size_t length_of(const struct json_value *list)
{
    size_t length = 0;
    for (const struct json_value *each = json_first(list); each != NULL;
         each = json_next(list, each))
        length++;
    return length;
}

/* ---- A metric ---- */

/* Lower-case words of letters, digits and underscores, which dots separate. */
static bool is_name(const struct json_value *name)
{
    if (!is_kind(name, JSON_TEXT_STRING) || name->string_size == 0 ||
        strspn(name->string, "abcdefghijklmnopqrstuvwxyz0123456789_.") != name->string_size)
        return false;
    const char *text = name->string;
    return text[0] >= 'a' && text[0] <= 'z' && text[name->string_size - 1] != '.' &&
           strstr(text, "..") == NULL;
}

static bool check_texts(struct checked *checked)
{
    static const char *const kinds[] = {"counter", "updowncounter", "gauge", "histogram"};
    const struct json_value *kind = json_member(checked->metric, "kind");
    bool known = false;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        known = known || (is_kind(kind, JSON_TEXT_STRING) && json_string_is(kind, kinds[i]));
    if (!is_name(json_member(checked->metric, "name")))
        return refuse(checked, "`name` is not lower-case words with dots between them");
    if (!known)
        return refuse(checked, "`kind` is none that hosts know");
    if (!is_kind(json_member(checked->metric, "unit"), JSON_TEXT_STRING) ||
        !is_kind(json_member(checked->metric, "description"), JSON_TEXT_STRING))
        return refuse(checked, "`unit` or `description` is not a string");
    return true;
}

static bool check_worst(struct checked *checked)
{
    const struct json_value *worst = json_member(checked->metric, "worst");
    return worst == NULL ||
           (json_string_is(json_member(checked->metric, "kind"), "gauge") &&
            is_kind(worst, JSON_TEXT_STRING) && json_string_is(worst, "lowest")) ||
           refuse(checked, "`worst` is not `lowest`, or it is no gauge's");
}

static bool check_bounds(struct checked *checked)
{
    double last = -1;
    const struct json_value *bounds = json_member(checked->metric, "bounds");
    if (!json_string_is(json_member(checked->metric, "kind"), "histogram"))
        return true;
    if (!is_kind(bounds, JSON_TEXT_LIST))
        return refuse(checked, "a histogram without a list `bounds`");
    for (const struct json_value *each = json_first(bounds); each != NULL;
         each = json_next(bounds, each)) {
        if (!is_plain(each) || number_of(each) <= last)
            return refuse(checked,
                          "`bounds` are not rising numbers from 0 on, without an exponent");
        last = number_of(each);
    }
    checked->bounds = bounds;
    return true;
}

/* ---- A point ---- */

static bool check_attributes(struct checked *checked, const struct json_value *attributes)
{
    if (!is_kind(attributes, JSON_TEXT_OBJECT))
        return refuse(checked, "a point without an object `attributes`");
    for (const struct json_value *name = json_first(attributes); name != NULL;
         name = json_next(attributes, name)) {
        if (!is_name(name) || !is_kind(name + 1, JSON_TEXT_STRING))
            return refuse(checked,
                          "an attribute is not a string, or its name not lower-case words");
    }
    return true;
}

static bool check_histogram(struct checked *checked, const struct json_value *point)
{
    const struct json_value *count = json_member(point, "count"),
                            *buckets = json_member(point, "buckets");
    double sum = 0;
    if (!is_count(count) || !is_number(json_member(point, "sum")) ||
        !is_kind(buckets, JSON_TEXT_LIST))
        return refuse(checked, "a point of a histogram without `count`, `sum` and `buckets`");
    if (length_of(buckets) != length_of(checked->bounds) + 1)
        return refuse(checked, "there must be one bucket more than `bounds`");
    for (const struct json_value *each = json_first(buckets); each != NULL;
         each = json_next(buckets, each)) {
        if (!is_count(each))
            return refuse(checked, "a bucket is not a number from 0 on");
        sum += number_of(each);
    }
    return sum == number_of(count) || refuse(checked, "`count` is not the sum of `buckets`");
}

static bool check_point(struct checked *checked, const struct json_value *point)
{
    if (!is_kind(point, JSON_TEXT_OBJECT))
        return refuse(checked, "a point is not an object");
    if (!check_attributes(checked, json_member(point, "attributes")))
        return false;
    if (checked->bounds != NULL)
        return check_histogram(checked, point);
    return is_number(json_member(point, "value")) ||
           refuse(checked, "a point without a number `value`");
}

static bool check_points(struct checked *checked)
{
    const struct json_value *points = json_member(checked->metric, "points");
    if (!is_kind(points, JSON_TEXT_LIST))
        return refuse(checked, "there is no list `points`");
    for (const struct json_value *each = json_first(points); each != NULL;
         each = json_next(points, each)) {
        if (!check_point(checked, each))
            return false;
    }
    return true;
}

/* ---- The list ---- */

static bool check_metric(struct checked *checked)
{
    if (!is_kind(checked->metric, JSON_TEXT_OBJECT))
        return refuse(checked, "a metric is not an object");
    return check_texts(checked) && check_worst(checked) && check_bounds(checked) &&
           check_points(checked);
}

static bool has_name_before(const struct json_value *list, const struct json_value *metric)
{
    const struct json_value *name = json_member(metric, "name");
    for (const struct json_value *each = json_first(list); each != metric;
         each = json_next(list, each)) {
        if (json_string_is(json_member(each, "name"), name->string))
            return true;
    }
    return false;
}

static int32_t fail_for(const struct checked *checked, gql_failure *failure)
{
    const struct json_value *name = is_kind(checked->metric, JSON_TEXT_OBJECT)
                                        ? json_member(checked->metric, "name")
                                        : NULL;
    return gql_fail(failure, GQL_E_MISUSE, "metrics: %.100s: %s",
                    is_kind(name, JSON_TEXT_STRING) ? name->string : "a metric without a name",
                    checked->why);
}

static int32_t check_list(const struct json_value *list, gql_failure *failure)
{
    if (!is_kind(list, JSON_TEXT_LIST))
        return gql_fail(failure, GQL_E_MISUSE, "metrics: the text is not a list");
    for (const struct json_value *each = json_first(list); each != NULL;
         each = json_next(list, each)) {
        struct checked checked = {.metric = each};
        if (check_metric(&checked) && has_name_before(list, each))
            refuse(&checked, "there are two metrics of that name");
        if (checked.why != NULL)
            return fail_for(&checked, failure);
    }
    return GQL_OK;
}

int32_t gql_metrics_check(const char *json, size_t json_size, gql_failure *failure)
{
    struct json_text text;
    int32_t code = json_text_read(&text, json, json_size);
    if (code == GQL_OK)
        code = check_list(&text.values[0], failure);
    else if (code == GQL_E_MISUSE)
        gql_fail(failure, code, "metrics: not JSON: %s", text.error);
    else
        gql_fail_no_memory(failure);
    json_text_finish(&text);
    return code;
}
