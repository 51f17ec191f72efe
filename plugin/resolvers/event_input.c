// SPDX-License-Identifier: MIT
#include "plugin/resolvers/event_input.h"

#include "plugin/resolvers/denial.h"
#include "plugin/resolvers/event_page.h"
#include "plugin/resolvers/event_position.h"
#include "plugin/resolvers/input.h"
#include "plugin/resolvers/permission.h"
#include "vault/timestamp.h"

enum { LEASE_MIN = 1000 };

bool event_input_take_limit(struct operation *operation, int *ret_limit)
{
    int32_t limit = EVENT_PAGE_DEFAULT;
    if (member_given(operation->arguments, "limit") &&
        (!member_int(operation->arguments, "limit", &limit) || limit < 1 ||
         limit > EVENT_PAGE_MAX)) {
        operation_reject_argument(operation, "limit", "The limit is 1 to 500 events");
        return false;
    }
    *ret_limit = limit;
    return true;
}

bool event_input_take_position(struct operation *operation, const char *name, int64_t *ret_sequence)
{
    const struct text text = member_text(operation->arguments, name);
    if (!member_given(operation->arguments, name) ||
        (text.data != NULL && event_position_read(operation->organization_id, text, ret_sequence)))
        return true;
    operation_reject_argument(operation, name,
                              "This is not a position of the organization's events");
    return false;
}

bool event_input_take_time(struct operation *operation, const json_t *object, const char *field,
                           int64_t *ret_ms)
{
    const char *dot = strrchr(field, '.');
    const char *name = dot == NULL ? field : dot + 1;
    const struct text text = member_text(object, name);
    if (!member_given(object, name) ||
        (text.data != NULL && vault_timestamp_parse(text.data, text.size, ret_ms)))
        return true;
    operation_reject_argument(operation, field,
                              "This must be a time of RFC 3339, such as 2030-01-02T03:04:05Z");
    return false;
}

bool event_input_take_consumer(struct operation *operation, struct text *ret_name)
{
    *ret_name = member_text(operation->arguments, "consumer");
    if (!may_read_all(operation->instance, operation->request)) {
        operation_reject(
            operation,
            &(struct error){.code = ERROR_PERMISSION_DENIED,
                            .detail = "This requires the permission READ in every organization",
                            .required_action = "READ"});
        return false;
    }
    if (consumer_is_name(*ret_name))
        return true;
    operation_reject_argument(operation, "consumer",
                              "A consumer's name has 1 to 64 of A-Z, a-z, 0-9, '.', '_', '-'");
    return false;
}

bool event_input_take_duration(struct operation *operation, int64_t *ret_ms)
{
    int32_t given;
    if (!member_given(operation->arguments, "leaseMilliseconds"))
        return true;
    if (member_int(operation->arguments, "leaseMilliseconds", &given) && given >= LEASE_MIN &&
        given <= STORE_LEASE_MILLISECONDS_MAX) {
        *ret_ms = given;
        return true;
    }
    operation_reject_argument(operation, "leaseMilliseconds",
                              "A lease lasts 1000 to 3600000 milliseconds");
    return false;
}
