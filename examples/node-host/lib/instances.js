// SPDX-License-Identifier: MIT
// The option `instances`: an instance for each key, such as a tenant, in place of one for all.
import { basename } from 'node:path';
import { isUnicode } from './request.js';

/** In bytes of UTF-8. */
const KEY_LIMIT = 1024;

function checkKey(key, what) {
  if (typeof key === 'string' && key !== '' && isUnicode(key) && Buffer.byteLength(key) <= KEY_LIMIT) return key;
  throw new TypeError(`${what} must be a string of 1 to ${KEY_LIMIT} bytes of UTF-8`);
}

export function isPooled({ plugins }, { id }, file) {
  return plugins === undefined || plugins.includes(id) || plugins.includes(basename(file));
}

/**
 * Returns {target, keyOf}: the plugin's pool, and a function that finds the key in the GraphQL context.
 * `complete` makes the plugin's configuration of what the option `config` returns.
 */
export function openPool(native, library, { id }, complete, { key, config, maxIdle }) {
  const configOf = (name) => {
    const own = config(name, id);
    if (typeof own === 'object' && own !== null && typeof own.then !== 'function') return JSON.stringify(complete(own));
    throw new TypeError(`instances.config must return an object for ${id}`);
  };
  const keyOf = (context) => checkKey(key(context), 'What instances.key returns');
  return { target: native.createPool(library, maxIdle, configOf), keyOf };
}

/** `plugins.instances`: what an operator does with the keys of all plugins that have an instance for each. */
export class Instances {
  #native;
  #pooled;

  constructor(native, plugins) {
    this.#native = native;
    this.#pooled = plugins.filter(({ keyOf }) => keyOf !== undefined);
  }

  list() {
    return this.#pooled.flatMap(({ about, target }) => (this.#native.listKeys(target) ?? []).map((entry) => ({ plugin: about.id, ...entry })));
  }

  suspend(key) {
    this.#change(this.#native.suspendKey, key);
  }

  resume(key) {
    this.#change(this.#native.resumeKey, key);
  }

  close(key) {
    this.#change(this.#native.closeKey, key);
  }

  #change(change, key) {
    checkKey(key, 'The key');
    for (const { target } of this.#pooled) change(target, key);
  }
}
