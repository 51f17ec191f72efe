// SPDX-License-Identifier: MIT
// One plugin: its file opened, its schema bound to the host's, an instance made.
import { basename } from 'node:path';

/** Why a plugin can't be used: `file`, and all the reasons. */
export class PluginRefused extends Error {
  constructor(file, reasons) {
    super(`The plugin ${file} is refused: ${reasons.join(' ')}`);
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

/** Gives {file, library, about, sdl, instance}; throws PluginRefused with all the reasons. */
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

/** Finishes what is under way, and lets go of everything. */
export async function closePlugins({ native, runtime, plugins }) {
  await Promise.all(plugins.map(({ instance }) => native.destroyInstance(instance)));
  for (const { library } of plugins) native.closeLibrary(library);
  native.destroyRuntime(runtime);
}
