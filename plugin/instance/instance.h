// SPDX-License-Identifier: MIT
/* An instance: a configuration with the store and the keyring that serve it. It owns no threads. */
#ifndef PLUGIN_INSTANCE_INSTANCE_H
#define PLUGIN_INSTANCE_INSTANCE_H

#include "gql_plugin.h"
#include "plugin/base/executors.h"
#include "plugin/base/gate.h"
#include "plugin/instance/backlog.h"
#include "plugin/instance/config.h"
#include "plugin/instance/denial_budget.h"
#include "plugin/instance/event_watch.h"
#include "plugin/instance/inventory.h"
#include "plugin/instance/organization_keyrings.h"
#include "plugin/instance/places.h"
#include "plugin/instance/rejections.h"
#include "plugin/instance/shared_keyring.h"
#include "plugin/store/store.h"
#include "vault/credential_ref.h"

struct gql_instance {
    const gql_host *host;
    const gql_log *log;     /* NULL: the host has none. */
    const gql_clock *clock; /* NULL: the system's. */
    struct config config;
    struct executors *executors; /* The process's. */
    struct store *store;
    struct keyring_user keyring; /* Without a keyring unless one is configured for all. */
    struct organization_keyrings organization_keyrings; /* Or each organization has its own. */
    struct vault_token_cache *tokens;                   /* The process's. */
    struct gate gate;                                   /* Counts the calls under way. */
    struct places places;                               /* Of the mutations under way. */
    struct rejections reads, changes;                   /* Those that were rejected. */
    struct throttle denials, denials_lost;              /* Lines of the log: denial.h. */
    struct denial_budget denials_recorded;              /* Those in trails: denial.h. */
    struct backlog backlog;                             /* Whose events are to be delivered. */
    struct event_watch event_watch;
    struct inventory inventory; /* For the metrics. */
};

/* Whether the host's struct keeps to the contract, and has what the plugin calls. */
bool instance_accepts(const gql_host *host);

/* As gql_plugin.create, .drain and .destroy. `engines` ends with NULL. */
int32_t instance_create(const gql_host *host, const struct store_engine *const *engines,
                        const char *config, uint64_t config_size, gql_instance **ret_instance,
                        gql_failure *failure);
void instance_drain(gql_instance *instance);
void instance_destroy(gql_instance *instance);

/*
 * The keyring that checks an organization's tokens, with a reference that the caller releases.
 * NULL: there is none for now. One must be configured. May read a file.
 */
struct vault_keyring *instance_keyring(gql_instance *instance, struct text organization_id);

/* As gql_events.watch. */
void instance_watch_events(gql_instance *instance, gql_events_more_fn more, void *user);

/* A change of an organization is durable: there is an event. */
void instance_note_event(gql_instance *instance, struct text organization_id);

/* As gql_health.check. */
uint32_t instance_health(gql_instance *instance, char *reason, uint64_t reason_size);

/* Unix time. */
int64_t instance_now_ms(const gql_instance *instance);

/* One line for the operator; `trace_id` may be NULL. */
__attribute__((format(printf, 4, 5))) void instance_log(const gql_instance *instance,
                                                        uint32_t level, const char *trace_id,
                                                        const char *format, ...);

#endif
