// SPDX-License-Identifier: MIT
// Loads objects of plugins by ID, in batches.
import { settle } from './resolvers.js';
import { lookAhead } from './selection.js';

const ANY = Symbol('any type');

/** Runs an action after everything that is ready to run, so that it sees all IDs of one turn of the event loop. */
function soon(action) {
  return new Promise((resolve, reject) => {
    Promise.resolve().then(() => process.nextTick(() => action().then(resolve, reject)));
  });
}

/**
 * Adds the selection of a field. It is keyed by node, because fields in different places may share
 * the nodes of a fragment and have others of their own.
 */
function select({ infos }, { fieldNodes, fragments, variableValues }) {
  for (const node of fieldNodes) {
    if (!infos.has(node)) infos.set(node, { fieldNodes: [node], fragments, variableValues });
  }
}

/** Collects the IDs that one request asks for in one turn of the event loop into one call per type. */
export class ObjectLoader {
  #batches = new WeakMap(); // Keyed by request, then by type.

  constructor(native, plugins, requestOf) {
    this.requestOf = requestOf;
    this.loaders = plugins.flatMap((plugin) =>
      plugin.about.loaders.map(({ type }, index) => ({ plugin, type, index, select: lookAhead(native, ['__typename']) })));
  }

  has(type) {
    return this.loaders.some((loader) => loader.type === type);
  }

  /** Returns the object, or null if it does not exist or may not be read. `type` limits the search to one type. */
  async load(id, context, info, type = ANY) {
    const request = this.requestOf(context);
    if (!this.#batches.has(request)) this.#batches.set(request, new Map());
    const batches = this.#batches.get(request);
    if (!batches.has(type)) batches.set(type, this.#open(request, batches, type));
    const batch = batches.get(type);
    batch.ids.add(id);
    select(batch, info);
    return (await batch.found).get(id) ?? null;
  }

  #open(request, batches, type) {
    const batch = { ids: new Set(), infos: new Map() };
    batch.found = soon(() => {
      batches.delete(type);
      return this.#flush(request, batch, type);
    });
    return batch;
  }

  async #flush(request, { ids, infos }, type) {
    const found = new Map();
    for (const loader of this.loaders.filter((each) => type === ANY || each.type === type)) {
      const missing = [...ids].filter((id) => !found.has(id));
      if (missing.length === 0) break;
      const values = await this.#call(loader, missing, [...infos.values()], request);
      values.forEach((value, i) => value && found.set(missing[i], value));
    }
    return found;
  }

  async #call({ plugin, index, select }, ids, infos, request) {
    return settle(request.call(plugin, true, index, JSON.stringify({ ids }), null, select(...infos)));
  }
}
