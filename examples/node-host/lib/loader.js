// SPDX-License-Identifier: MIT
// Loads objects of plugins by ID, in batches.
import { settle, sizeOf, toError } from './answer.js';
import { CALL, isUnicode } from './request.js';
import { lookAhead } from './selection.js';

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
function select({ infos }, { fieldNodes, returnType, schema, fragments, variableValues, operation }) {
  for (const node of fieldNodes) {
    if (!infos.has(node)) infos.set(node, { fieldNodes: [node], returnType, schema, fragments, variableValues, operation });
  }
}

/** Collects the IDs that one request asks for in one turn of the event loop into one call per type. */
export class ObjectLoader {
  #batches = new WeakMap(); // Keyed by request, then by loader.
  #native;
  #libraries;
  #loaders; // By library, in the order of its table.
  #byType;
  #requestOf;
  #limits;

  constructor(native, plugins, { requestOf, served, limits }) {
    this.#native = native;
    this.#requestOf = requestOf;
    this.#limits = limits;
    this.#libraries = plugins.map(({ library }) => library);
    this.#loaders = plugins.map((plugin) =>
      plugin.about.loaders.map(({ type }, index) => ({ plugin, index, type, select: lookAhead(native, served, limits, type) })));
    this.#byType = new Map(this.#loaders.flat().map((loader) => [loader.type, loader]));
  }

  has(type) {
    return this.#byType.has(type);
  }

  /**
   * Returns the object, or null if it does not exist or may not be read. Without `type`, the ID leads to
   * the one type that claims it; two claims are an error.
   */
  async load(id, context, info, type = undefined) {
    const loader = type === undefined ? this.#find(id) : this.#byType.get(type);
    if (!loader) return null;
    const request = this.#requestOf(context);
    const copies = this.#limits.copiesOf(info);
    if (!this.#batches.has(request)) this.#batches.set(request, new Map());
    const batches = this.#batches.get(request);
    if (!batches.has(loader)) batches.set(loader, this.#open(request, batches, loader));
    const batch = batches.get(loader);
    batch.ids.add(id);
    select(batch, info);
    const object = (await batch.found).get(id) ?? null;
    if (object instanceof Error) throw object;
    if (object !== null) request.answer(sizeOf(object) * copies);
    return object;
  }

  #find(id) {
    if (!isUnicode(id)) return undefined;
    const found = this.#native.findLoader(this.#libraries, id);
    if (found === null) return undefined;
    if (found.code !== undefined) throw toError(found);
    return this.#loaders[found.library][found.index];
  }

  #open(request, batches, loader) {
    const batch = { ids: new Set(), infos: new Map() };
    batch.found = soon(() => {
      batches.delete(loader);
      return this.#flush(request, batch, loader);
    });
    return batch;
  }

  async #flush(request, { ids, infos }, { plugin, index, select }) {
    const list = [...ids];
    const values = await settle(request.call(plugin, CALL.loader, index, { ids: list }, null, select(...infos.values())));
    return new Map(list.map((id, i) => [id, values[i]]));
  }
}
