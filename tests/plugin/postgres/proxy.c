// SPDX-License-Identifier: MIT
#include "tests/plugin/postgres/proxy.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROOM = 1 << 16, NEVER = -1 };

/* What flows in one direction. */
struct flow {
    int from, to;
    enum proxy_side side;
    bool begun;       /* The first message of a client has no type. */
    size_t rest;      /* Of the message that is being handed over. */
    size_t held_size; /* Bytes of a header that has not come as a whole. */
    uint8_t held[5];
};

static atomic_int left[2] = {NEVER, NEVER};
static atomic_bool hanging, has_cut, is_old;
static int listener;
static uint16_t server_port;

/* ---- Messages ---- */

static size_t size_of(const uint8_t *bytes)
{
    return (size_t)bytes[0] << 24 | (size_t)bytes[1] << 16 | (size_t)bytes[2] << 8 | bytes[3];
}

/* Whether the next message is to be handed over. */
static bool may_pass(enum proxy_side side)
{
    const int before = atomic_load(&left[side]);
    if (before == NEVER)
        return true;
    atomic_store(&left[side], before == 0 ? NEVER : before - 1);
    if (before == 0)
        atomic_store(&has_cut, true);
    return before != 0;
}

static bool send_all(int to, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        const ssize_t sent = send(to, bytes, size, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes += sent;
        size -= (size_t)sent;
    }
    return true;
}

/* The server tells its version in a message that comes as a whole with the first ones. */
static void make_older(uint8_t *bytes, size_t size)
{
    static const char name[] = "server_version";
    uint8_t *found = memmem(bytes, size, name, sizeof name);
    if (found != NULL)
        memcpy(found + sizeof name, "11", 2);
}

/* Hands over what has come. False: the connection is to be cut. */
static bool hand_over(struct flow *flow, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        const size_t header = flow->begun ? 5 : 4;
        if (flow->rest > 0) {
            const size_t part = size < flow->rest ? size : flow->rest;
            if (!send_all(flow->to, bytes, part))
                return false;
            flow->rest -= part;
            bytes += part;
            size -= part;
            continue;
        }
        flow->held[flow->held_size++] = *bytes++;
        size--;
        if (flow->held_size < header)
            continue;
        flow->rest = size_of(flow->held + header - 4) - 4;
        flow->held_size = 0;
        if ((flow->begun && !may_pass(flow->side)) || !send_all(flow->to, flow->held, header))
            return false;
        flow->begun = true;
    }
    return true;
}

/* ---- Connections ---- */

static bool move(struct flow *flow)
{
    static _Thread_local uint8_t bytes[ROOM];
    const ssize_t size = recv(flow->from, bytes, sizeof bytes, 0);
    if (size > 0 && flow->side == PROXY_TO_CLIENT && atomic_load(&is_old))
        make_older(bytes, (size_t)size);
    return size > 0 && hand_over(flow, bytes, (size_t)size);
}

static int reach(uint16_t port)
{
    const int handle = socket(AF_INET, SOCK_STREAM, 0);
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons(port),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (connect(handle, (const struct sockaddr *)&address, sizeof address) != 0) {
        close(handle);
        return -1;
    }
    return handle;
}

/* Messages are sent in parts, none of which is to wait. */
static void set_no_delay(int handle)
{
    const int on = 1;
    setsockopt(handle, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static void *serve(void *argument)
{
    const int client = (int)(intptr_t)argument, server = reach(server_port);
    set_no_delay(client);
    set_no_delay(server);
    struct flow up = {.from = client, .to = server, .side = PROXY_TO_SERVER};
    struct flow down = {.from = server, .to = client, .side = PROXY_TO_CLIENT, .begun = true};
    struct pollfd sockets[2] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
    bool open = server >= 0;
    while (open) {
        poll(sockets, 2, 20);
        if (atomic_load(&hanging)) {
            usleep(5000);
            continue;
        }
        if (sockets[0].revents != 0)
            open = move(&up);
        if (open && sockets[1].revents != 0)
            open = move(&down);
    }
    close(client);
    close(server);
    return NULL;
}

static void begin(void *(*run)(void *), void *argument)
{
    pthread_t thread;
    cr_assert_eq(pthread_create(&thread, NULL, run, argument), 0);
    pthread_detach(thread);
}

static void *admit(void *argument)
{
    (void)argument;
    for (;;) {
        const int client = accept(listener, NULL, NULL);
        if (client >= 0)
            begin(serve, (void *)(intptr_t)client);
    }
    return NULL;
}

/* ---- From outside ---- */

void proxy_start(void)
{
    char url[512];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    const char *real = getenv("POSTGRES_URL");
    const char *port = strrchr(real, ':') + 1;
    server_port = (uint16_t)strtoul(port, NULL, 10);
    listener = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert_eq(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    cr_assert_eq(listen(listener, 64), 0);
    cr_assert_eq(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    snprintf(url, sizeof url, "%.*s%d%s", (int)(port - real), real, ntohs(address.sin_port),
             strchr(port, '/'));
    setenv("POSTGRES_URL", url, 1);
    begin(admit, NULL);
}

void proxy_cut_after(enum proxy_side side, int count)
{
    atomic_store(&has_cut, false);
    atomic_store(&left[side], count);
}

bool proxy_has_cut(void)
{
    atomic_store(&left[PROXY_TO_SERVER], NEVER);
    atomic_store(&left[PROXY_TO_CLIENT], NEVER);
    return atomic_exchange(&has_cut, false);
}

void proxy_hang(bool hangs)
{
    atomic_store(&hanging, hangs);
}

void proxy_pretend_old(void)
{
    atomic_store(&is_old, true);
}
