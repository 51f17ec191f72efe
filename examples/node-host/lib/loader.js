// SPDX-License-Identifier: MIT
// Loads plugins' objects by ID.
import { settle } from './resolvers.js';
import { lookAhead } from './selection.js';

const ANY = Symbol('any type');

/** After all that is ready to run: what one turn of the event loop asks for comes together. */
function soon(action) {
  return new Promise((resolve, reject) => {
    Promise.resolve().then(() => process.nextTick(() => action().then(resolve, reject)));
  });
}

/** Adds what is selected. By node: fields of several places may share some nodes, a fragment's, and have others of their own. */
function select({ infos }, { fieldNodes, fragments, variableValues }) {
  for (const node of fieldNodes) {
    if (!infos.has(node)) infos.set(node, { fieldNodes: [node], fragments, variableValues });
  }
}

/** All IDs that one turn of the event loop asks for, for one request, go into one call for each type. */
export class ObjectLoader {
  #batches = new WeakMap(); // By request, then by type.

  constructor(native, plugins, requestOf) {
    this.requestOf = requestOf;
    this.loaders = plugins.flatMap((plugin) =>
      plugin.about.loaders.map(({ type }, index) => ({ plugin, type, index, select: lookAhead(native, ['__typename']) })));
  }

  has(type) {
    return this.loaders.some((loader) => loader.type === type);
  }

  /** The object, or null where there is none that may be read. `type`: only of that. */
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
