// SPDX-License-Identifier: MIT
/* A small plugin in five sources, each of which can be built with one fault: see faults.h. */
#ifndef FAULTY_PLUGIN_H
#define FAULTY_PLUGIN_H

#include <jansson.h>
#include <pthread.h>
#include <stdbool.h>

#include "gql_plugin.h"
#include "tests/abi/plugins/faults.h"

enum { QUEUE_SIZE = 2048 };

/* A call for the worker, with the function that completes it. */
struct job {
    void (*complete)(gql_instance *self, const struct job *job);
    const gql_call *call;
    gql_reply *reply;
};

/* The events of an organization, and how far the consumer has come. */
struct trail {
    int64_t added;
    int64_t position;
    int64_t lease; /* 0: there is none. */
};

enum { TRAILS = 2 };

struct gql_instance {
    const gql_host *host;
    pthread_mutex_t mutex; /* Guards the members below. */
    pthread_cond_t changed;
    struct job queue[QUEUE_SIZE]; /* A ring. */
    size_t first;
    size_t count;
    size_t inside; /* Calls under way. */
    bool closed;
    bool ended;
    struct trail trails[TRAILS];
    gql_events_more_fn more; /* NULL: nobody watches. */
    void *more_user;
    pthread_t worker;
};

/* answers.c */
int32_t resolve_thing(gql_instance *self, const gql_call *call, gql_reply *reply);
int32_t resolve_later(gql_instance *self, const gql_call *call, gql_reply *reply);
int32_t resolve_write(gql_instance *self, const gql_call *call, gql_reply *reply);
int32_t resolve_shout(gql_instance *self, const gql_call *call, gql_reply *reply);
int32_t load_things(gql_instance *self, const gql_call *call, gql_reply *reply);
int32_t load_tags(gql_instance *self, const gql_call *call, gql_reply *reply);

/* shapes.c: an object in the shape of the response. */
json_t *shape_thing(const char *id, const gql_shape *shape);
json_t *shape_tag(const char *id, const gql_shape *shape);

/* The ID of each tag starts with it. */
#define TAG_PREFIX "tag:"

/* events.c */
extern const gql_events events_extension;
void events_append(gql_instance *self);

/* life.c */
int32_t life_init(const gql_host *host, gql_failure *failure);
void life_deinit(void);
int32_t life_create(const gql_host *host, const char *config, uint64_t config_size,
                    gql_instance **ret_instance, gql_failure *failure);
void life_drain(gql_instance *self);
void life_destroy(gql_instance *self);

/* Count the calls under way. life_enter returns false if the instance is drained. */
bool life_enter(gql_instance *self);
void life_leave(gql_instance *self);

/* Queues a counted call for the worker, which calls life_leave. False if the queue is full. */
bool life_enqueue(gql_instance *self, const struct job *job);

#endif
