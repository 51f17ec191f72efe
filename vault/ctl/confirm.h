// SPDX-License-Identifier: MIT
#ifndef VAULT_CTL_CONFIRM_H
#define VAULT_CTL_CONFIRM_H

enum confirmation { CONFIRMED, DECLINED, NOBODY_TO_ASK };

/*
 * Asks on the terminal; only "y" or "yes" confirms. Hold no lock: Ctrl-C at the terminal ends the
 * process.
 */
enum confirmation confirm(const char *question);

#endif
