// SPDX-License-Identifier: MIT
// One plugin: opens its file, binds its schema to the host's and creates an instance.
import { basename } from 'node:path';

/** The failure of loading one plugin: its file and every reason. */
export class PluginRefused extends Error {
  constructor(file, reasons) {
    super(`The plugin ${file} was refused: ${reasons.join(' ')}`);
    this.name = 'PluginRefused';
    this.file = file;
    this.reasons = reasons;
  }
}

function attempt(file, action) {
  try {
    return action();
  } catch (error) {
    throw new PluginRefused(file, [error.message]);
  }
}

/** Returns {file, library, about, sdl, instance}. Throws PluginRefused with every reason. */
export async function openPlugin({ native, runtime, settings, host }, file) {
  const library = attempt(file, () => native.openLibrary(runtime, file));
  try {
    const about = native.describe(library);
    const own = settings[about.id] ?? settings[basename(file)] ?? {};
    const { sdl, conflicts } = attempt(file, () => host.bind(native, library));
    if (conflicts.length > 0) throw new PluginRefused(file, conflicts);
    const instance = await native.createInstance(library, JSON.stringify(own.config ?? {})).catch((error) => {
      throw new PluginRefused(file, [error.message]);
    });
    return { file, library, about, sdl, instance };
  } catch (error) {
    native.closeLibrary(library);
    throw error;
  }
}

/** Completes the calls under way, then closes everything. */
export async function closePlugins({ native, runtime, plugins }) {
  await Promise.all(plugins.map(({ instance }) => native.destroyInstance(instance)));
  for (const { library } of plugins) native.closeLibrary(library);
  native.destroyRuntime(runtime);
}
