// SPDX-License-Identifier: MIT
/* The storage engines that this plugin is built with. */
#ifndef PLUGIN_ENGINES_H
#define PLUGIN_ENGINES_H

#include "plugin/store/engine.h"

/* Ends with NULL. */
extern const struct store_engine *const store_engines[];

#endif
