// SPDX-License-Identifier: MIT
#include "plugin/store/trail_check.h"

#include <stdio.h>

void trail_check_begin(struct trail_check *check, const struct trail_checkpoint *checkpoint,
                       const struct trail_head *head)
{
    *check =
        (struct trail_check){.head = *head, .checkpoint = *checkpoint, .found = checkpoint->head};
}

static bool stop(struct trail_check *check, enum trail_fault fault, int64_t at)
{
    check->fault = fault;
    check->at = at;
    return false;
}

static bool is_body_kept(const struct trail_event *event)
{
    if (event->body.data == NULL)
        return true;
    const struct trail_hash digest = trail_digest(event);
    return trail_hash_equal(&digest, &event->digest);
}

bool trail_check_event(void *user, const struct trail_event *event)
{
    struct trail_check *check = user;
    const int64_t next = check->found.length + 1;
    if (check->fault != TRAIL_SOUND)
        return false;
    if (event->sequence != next)
        return stop(check, TRAIL_GAP, event->sequence);
    if (!is_body_kept(event))
        return stop(check, TRAIL_BODY_CHANGED, next);
    const struct trail_hash link = trail_link(&check->found.hash, event);
    if (!trail_hash_equal(&link, &event->hash))
        return stop(check, TRAIL_LINK_CHANGED, next);
    check->erased += event->body.data == NULL;
    check->found = (struct trail_head){next, event->hash};
    return true;
}

bool trail_check_end(struct trail_check *check)
{
    if (check->fault != TRAIL_SOUND)
        return false;
    if (check->found.length < check->head.length)
        return stop(check, TRAIL_TAIL_MISSING, check->found.length + 1);
    return (check->found.length == check->head.length &&
            trail_hash_equal(&check->found.hash, &check->head.hash)) ||
           stop(check, TRAIL_HEAD_CHANGED, check->found.length);
}

void trail_check_describe(const struct trail_check *check, char *text, size_t size)
{
    const long long at = (long long)check->at, found = (long long)check->found.length;
    text[0] = '\0';
    switch (check->fault) {
    case TRAIL_SOUND:
        break;
    case TRAIL_GAP:
        snprintf(text, size, "the events %lld to %lld are missing", found + 1, at - 1);
        break;
    case TRAIL_BODY_CHANGED:
        snprintf(text, size, "event %lld was changed: its body does not match its digest", at);
        break;
    case TRAIL_BODY_FOREIGN:
        snprintf(text, size, "event %lld has a body that is no JSON, or names another organization",
                 at);
        break;
    case TRAIL_LINK_CHANGED:
        snprintf(text, size, "event %lld was changed: its hash does not follow from event %lld", at,
                 found);
        break;
    case TRAIL_TAIL_MISSING:
        snprintf(text, size, "the events %lld to %lld are missing at the end", at,
                 (long long)check->head.length);
        break;
    case TRAIL_HEAD_CHANGED:
        snprintf(text, size,
                 "the organization's row was changed: its head is not that of event %lld, the last",
                 at);
        break;
    }
}
