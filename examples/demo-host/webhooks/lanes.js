// SPDX-License-Identifier: MIT

/** Works on items of different keys at the same time, and on those of one key one after the other. */
export class Lanes {
  #lanes = new Map(); // Key → {items, done}. The first item is being worked on.
  #work;

  /** `work(item)`: returns a promise of whether to go on; otherwise what waits behind the item is dropped. */
  constructor(work) {
    this.#work = work;
  }

  add(key, item) {
    const lane = this.#lanes.get(key);
    if (lane) {
      lane.items.push(item);
      return;
    }
    const items = [item];
    this.#lanes.set(key, { items, done: this.#run(key, items) });
  }

  async #run(key, items) {
    while (items.length > 0 && (await this.#work(items[0]))) items.shift();
    this.#lanes.delete(key);
  }

  /** Resolves when nothing is left to work on. */
  async idle() {
    while (this.#lanes.size > 0) await Promise.all([...this.#lanes.values()].map(({ done }) => done));
  }
}
