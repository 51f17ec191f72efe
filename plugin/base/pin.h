// SPDX-License-Identifier: MIT
/*
 * ICU, SQLite and libsodium keep memory of their own for the process. It may be freed only when
 * nothing in the process uses them, which a plugin can't know. So these libraries stay loaded, with
 * their memory, when the plugin is unloaded.
 */
#ifndef PLUGIN_BASE_PIN_H
#define PLUGIN_BASE_PIN_H

/* Keeps the library that holds this address in the process until it ends. */
void pin_library(const void *address);

#endif
