// SPDX-License-Identifier: MIT
// One plugin: opens its file, binds its schema to the host's and creates an instance.
import { basename } from 'node:path';
import { isPooled, openPool } from './instances.js';

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

/** Returns {target}: the plugin's one instance. */
async function openInstance(native, library, config, file) {
  const target = await native.createInstance(library, JSON.stringify(config)).catch((error) => {
    throw new PluginRefused(file, [error.message]);
  });
  return { target };
}

/** Returns {file, library, about, sdl, target, keyOf}; `keyOf` only if the target is a pool. Throws PluginRefused with every reason. */
export async function openPlugin({ native, runtime, settings, host, instances }, file) {
  const library = attempt(file, () => native.openLibrary(runtime, file));
  try {
    const about = native.describe(library);
    const own = settings[about.id] ?? settings[basename(file)] ?? {};
    const { sdl, conflicts } = attempt(file, () => host.bind(native, library));
    if (conflicts.length > 0) throw new PluginRefused(file, conflicts);
    const { config = {} } = own;
    const opened = instances !== undefined && isPooled(instances, about, file)
      ? openPool(native, library, about, config, instances) : await openInstance(native, library, config, file);
    return { file, library, about, sdl, ...opened };
  } catch (error) {
    native.closeLibrary(library);
    throw error;
  }
}

/** Completes the calls under way, then closes everything. */
export async function closePlugins({ native, runtime, plugins }) {
  await Promise.all(plugins.map(({ target, keyOf }) => (keyOf ? native.destroyPool(target) : native.destroyInstance(target))));
  for (const { library } of plugins) native.closeLibrary(library);
  native.destroyRuntime(runtime);
}
