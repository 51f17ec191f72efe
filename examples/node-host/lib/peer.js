// SPDX-License-Identifier: MIT
// Packages that the gateway installs. If npm linked this package to a checkout, Node would find the checkout's copy, so
// the folder of the program is tried first.
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const isLinked = !import.meta.url.includes('/node_modules/');
const program = `${resolve(process.argv[1] ?? '.')}/`; // The slash makes it work for a folder too.

function attempt(from, name) {
  try {
    return createRequire(from)(name);
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    return undefined;
  }
}

/** Returns the gateway's copy of a package, or undefined. */
export function findPeer(name) {
  const places = isLinked ? [program, import.meta.url] : [import.meta.url];
  for (const place of places) {
    const found = attempt(place, name);
    if (found) return found;
  }
  return undefined;
}
