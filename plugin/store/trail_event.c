// SPDX-License-Identifier: MIT
#include "plugin/store/trail_event.h"

#include <sodium.h>

bool trail_event_write(struct json_writer *writer, struct trail_facts *facts,
                       struct trail_event *ret_event)
{
    uint8_t random[TRAIL_SALT_SIZE + sizeof facts->random];
    randombytes_buf(random, sizeof random);
    *ret_event = (struct trail_event){.entity = facts->entity};
    memcpy(ret_event->salt, random, TRAIL_SALT_SIZE);
    memcpy(facts->random, random + TRAIL_SALT_SIZE, sizeof facts->random);
    if (!trail_body_write(writer, facts))
        return false;
    ret_event->body = (struct text){writer->data, writer->size};
    return true;
}
