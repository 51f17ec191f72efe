// SPDX-License-Identifier: MIT
#include "tests/bench/postgres/gateway.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/data.h"
#include "tests/bench/subject.h"

struct gateway {
    pid_t pid;
    int socket;
};

static void must(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

/* ---- In the gateway ---- */

/* The caller's state counts the rows: they are created in order. */
static int write_row(void *context, char arguments[FLIGHT_ARGUMENTS])
{
    struct caller *caller = context;
    char title[64];
    const int organization = data_row(caller->scanned++, (int)caller->id_count, title);
    return snprintf(arguments, FLIGHT_ARGUMENTS,
                    "{\"input\":{\"organizationId\":\"org-%d\",\"title\":\"%s\"}}", organization,
                    title);
}

static void advance(struct caller *caller, int rows)
{
    caller->after[0] = '\0';
    subject_advance(caller, rows);
}

static void fill(struct caller *caller, int rows)
{
    caller->id_count = (uint32_t)rows;
    caller->scanned = 0;
    subject_fill(caller, write_row, rows);
}

static void obey(struct caller *caller, const struct order *order)
{
    caller->organization = order->organization;
    caller->in_flight = order->in_flight;
    switch (order->kind) {
    case ORDER_FILL:
        fill(caller, order->count);
        break;
    case ORDER_GETS:
        subject_gets(caller, order->count);
        break;
    case ORDER_PAGES:
        subject_page(caller, order->count);
        break;
    case ORDER_TOTALS:
        subject_total(caller, order->count);
        break;
    case ORDER_CREATES:
        subject_create(caller, order->count);
        break;
    case ORDER_ADVANCE:
        advance(caller, order->count);
    }
}

static void answer(int socket)
{
    must(write(socket, "", 1) == 1, "a gateway can't answer");
}

static void serve(const struct gateway_place *place, int socket)
{
    struct order order;
    char database[1024];
    snprintf(database, sizeof database, "\"url\":\"%s\",\"migrate\":true,\"open\":\"eager\"",
             place->url);
    struct subject *subject = subject_open(place->plugin, database, place->folder);
    struct caller callers[2];
    callers[0] = callers[1] = (struct caller){.subject = subject,
                                              .ids = place->ids,
                                              .id_count = (uint32_t)place->id_count,
                                              .random = (uint64_t)getpid()};
    answer(socket);
    while (read(socket, &order, sizeof order) == sizeof order) {
        obey(&callers[order.place], &order);
        answer(socket);
    }
    subject_close(subject);
}

/* ---- Outside ---- */

void gateway_await(struct gateway *gateway)
{
    char done;
    must(read(gateway->socket, &done, 1) == 1, "a gateway has ended");
}

struct gateway *gateway_start(const struct gateway_place *place)
{
    int sockets[2];
    struct gateway *gateway = calloc(1, sizeof *gateway);
    must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == 0, "no socket");
    gateway->pid = fork();
    must(gateway->pid >= 0, "a gateway can't be started");
    if (gateway->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        close(sockets[0]);
        serve(place, sockets[1]);
        _exit(0);
    }
    close(sockets[1]);
    gateway->socket = sockets[0];
    gateway_await(gateway);
    return gateway;
}

void gateway_stop(struct gateway **gateway)
{
    int status;
    shutdown((*gateway)->socket, SHUT_RDWR); /* Gateways that were started later have it, too. */
    close((*gateway)->socket);
    must(waitpid((*gateway)->pid, &status, 0) > 0 && status == 0, "a gateway has failed");
    free(*gateway);
    *gateway = NULL;
}

void gateway_send(struct gateway *gateway, const struct order *order)
{
    must(write(gateway->socket, order, sizeof *order) == sizeof *order, "a gateway has ended");
}

void gateway_run(void *context, int count)
{
    struct gateway_load *load = context;
    for (int i = 0; i < load->count; i++) {
        load->orders[i].count = count / load->count;
        gateway_send(load->gateways[i], &load->orders[i]);
    }
    for (int i = 0; i < load->count; i++)
        gateway_await(load->gateways[i]);
}
