// SPDX-License-Identifier: MIT
#include "tests/bench/flights.h"

#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

struct flight {
    char arguments[FLIGHT_ARGUMENTS];
    gql_call call;
    atomic_bool busy;
    sem_t *landed;
};

static const gql_grant grant = {.struct_size = sizeof grant, .actions = 15};
static const gql_grant *const grants[] = {&grant};
const gql_request flight_request = {.struct_size = sizeof flight_request,
                                    .actor_id = "bench",
                                    .actor_id_size = 5,
                                    .grants = grants,
                                    .grant_count = 1};

void flight_expect(const gql_answer *answer)
{
    if (answer->resolved)
        return;
    fprintf(stderr, "bench: %s\n", answer->message);
    exit(1);
}

void flight_fail(int32_t code)
{
    fprintf(stderr, "bench: gql_runtime_call returned %d\n", (int)code);
    exit(1);
}

static void on_answer(gql_answer *answer)
{
    struct flight *flight = answer->user;
    flight_expect(answer);
    gql_answer_release(answer);
    atomic_store(&flight->busy, false);
    sem_post(flight->landed);
}

static void launch(const struct flight_plan *plan, struct flight *flight)
{
    const int size = plan->write(plan->context, flight->arguments);
    flight->call = (gql_call){.struct_size = sizeof flight->call,
                              .arguments = flight->arguments,
                              .arguments_size = (uint64_t)size,
                              .request = &flight_request};
    atomic_store(&flight->busy, true);
    const int32_t code = gql_runtime_call(plan->runtime, plan->instance, plan->resolve,
                                          &flight->call, on_answer, flight);
    if (code < 0)
        flight_fail(code);
}

static struct flight *find_idle(struct flight *flights, int count)
{
    for (int i = 0; i < count; i++) {
        if (!atomic_load(&flights[i].busy))
            return &flights[i];
    }
    abort(); /* Unreachable: the semaphore counts the idle ones. */
}

void flights_run(const struct flight_plan *plan, int count)
{
    struct flight *flights = calloc((size_t)plan->in_flight, sizeof *flights);
    sem_t landed;
    sem_init(&landed, 0, (unsigned)plan->in_flight);
    for (int i = 0; i < plan->in_flight; i++)
        flights[i].landed = &landed;
    for (int i = 0; i < count; i++) {
        sem_wait(&landed);
        launch(plan, find_idle(flights, plan->in_flight));
    }
    for (int i = 0; i < plan->in_flight; i++)
        sem_wait(&landed);
    sem_destroy(&landed);
    free(flights);
}
