// SPDX-License-Identifier: MIT
#include "plugin/store/consumer.h"

#include <sodium.h>
#include <string.h>
#include <unistd.h>

enum { PROCESS_SIZE = 4, PROCESS_MAX = 1 << 22 /* PID_MAX_LIMIT of Linux. */ };

void consumer_lease_draw(uint8_t ret_token[STORE_LEASE_SIZE])
{
    const uint32_t process = (uint32_t)getpid();
    for (int i = 0; i < PROCESS_SIZE; i++)
        ret_token[i] = (uint8_t)(process >> 8 * (PROCESS_SIZE - 1 - i));
    randombytes_buf(ret_token + PROCESS_SIZE, STORE_LEASE_SIZE - PROCESS_SIZE);
}

int64_t consumer_lease_process(const uint8_t token[STORE_LEASE_SIZE])
{
    int64_t process = 0;
    for (int i = 0; i < PROCESS_SIZE; i++)
        process = process << 8 | token[i];
    return process <= PROCESS_MAX ? process : 0;
}

bool consumer_is_name(struct text name)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789._-";
    if (name.data == NULL || name.size == 0 || name.size > CONSUMER_NAME_MAX)
        return false;
    for (size_t i = 0; i < name.size; i++) {
        if (memchr(allowed, name.data[i], sizeof allowed - 1) == NULL)
            return false;
    }
    return true;
}
