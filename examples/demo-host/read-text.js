// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs';

/** Reads a file of the operator's. `what` names it in the failure: the setting, for example. */
export function readText(file, what) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${what}: ${file} can't be read: ${error.message.replace(/, \w+(?: '[^]*')?$/, '')}`, { cause: error }); // The path once.
  }
}
