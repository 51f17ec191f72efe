// SPDX-License-Identifier: MIT
// How changes of the configuration and the plugins went.

/** Where one can fail. */
export const RELOAD_STEPS = ['configuration', 'plugin', 'gateway'];

/** Puts the step on an error that has none. */
export async function at(step, action) {
  try {
    return await action();
  } catch (error) {
    error.step ??= step;
    throw error;
  }
}

export class Reloads {
  #done = 0;
  #failed = new Map(RELOAD_STEPS.map((step) => [step, 0]));
  #isFailing = false;

  /** Counts one that was done, or failed at a step. */
  note(step) {
    this.#isFailing = step !== undefined;
    if (step === undefined) this.#done++;
    else this.#failed.set(step, this.#failed.get(step) + 1);
  }

  /** As plugins.metrics() returns them. */
  metrics() {
    const failed = [...this.#failed].map(([step, value]) => ({ attributes: { 'error.type': step }, value }));
    return [
      { name: 'graphql.gateway.reloads', kind: 'counter', unit: '{reload}',
        description: 'How often the configuration and the plugins were read anew while the gateway served',
        points: [{ attributes: {}, value: this.#done }, ...failed] },
      { name: 'graphql.gateway.reload.failing', kind: 'gauge', unit: '1',
        description: '1 if the latest reload failed, and the gateway serves with what was before; otherwise 0',
        points: [{ attributes: {}, value: Number(this.#isFailing) }] },
    ];
  }
}
