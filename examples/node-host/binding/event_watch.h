// SPDX-License-Identifier: MIT
/* Wakes JavaScript when a plugin says that there may be more events. */
#ifndef BINDING_EVENT_WATCH_H
#define BINDING_EVENT_WATCH_H

#include "examples/node-host/binding/addon.h"

/* Before the instance is destroyed: the plugin signals nothing any more. */
void event_watch_end(napi_env env, struct instance *instance);

#endif
