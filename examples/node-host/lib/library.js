// SPDX-License-Identifier: MIT
// One plugin: opens its file, binds its schema to the host's and creates an instance.
import { basename } from 'node:path';
import { checkConfiguration } from './configuration.js';
import { isPooled, openPool } from './instances.js';
import { PluginRefused } from './refused.js';

function attempt(file, id, action) {
  try {
    return action();
  } catch (error) {
    throw new PluginRefused(file, [error.message], id);
  }
}

function checkIsNew({ id }, plugins, file) {
  const other = plugins.find(({ about }) => about.id === id);
  if (other) throw new PluginRefused(file, [`it has the ID ${id}, as ${other.file} has: keep one of the two files`], id);
}

/** Returns the settings of a plugin, which are keyed by its ID or its file name. */
function settingsOf(settings, { id }, file) {
  const keys = [id, basename(file)].filter((key) => Object.hasOwn(settings, key));
  if (keys.length > 1) throw new Error(`loadPlugins: settings.${keys.join(' and settings.')} are of the same plugin: keep one of them`);
  return settings[keys[0]] ?? {};
}

/** Returns {target}: the plugin's one instance. */
async function openInstance(native, library, { id }, configOf, file) {
  const config = attempt(file, id, () => JSON.stringify(configOf()));
  const target = await native.createInstance(library, config).catch((error) => {
    throw new PluginRefused(file, [error.message], id);
  });
  return { target };
}

/** Returns {file, library, about, sdl}. Throws PluginRefused with every reason. */
export function bindPlugin({ native, runtime, host, plugins }, file) {
  const library = attempt(file, undefined, () => native.openLibrary(runtime, file));
  try {
    const about = native.describe(library);
    checkIsNew(about, plugins, file);
    const { sdl, conflicts } = attempt(file, about.id, () => host.bind(native, library));
    if (conflicts.length > 0) throw new PluginRefused(file, conflicts, about.id);
    return { file, library, about, sdl };
  } catch (error) {
    native.closeLibrary(library);
    throw error;
  }
}

/** Opens what a plugin that is bound needs for calls: {target, keyOf}; `keyOf` only if the target is a pool. Throws PluginRefused. */
export async function startPlugin({ native, settings, baseFolder, instances }, { file, library, about }) {
  const { config = {} } = settingsOf(settings, about, file);
  const check = (complete) => checkConfiguration(JSON.parse(about.configSchema), complete, baseFolder);
  return instances !== undefined && isPooled(instances, about, file)
    ? openPool(native, library, about, (own) => check({ ...config, ...own }), instances)
    : openInstance(native, library, about, () => check(config), file);
}

/** Returns what bindPlugin and startPlugin do. Throws PluginRefused with every reason. */
export async function openPlugin(loading, file) {
  const plugin = bindPlugin(loading, file);
  try {
    return { ...plugin, ...await startPlugin(loading, plugin) };
  } catch (error) {
    loading.native.closeLibrary(plugin.library);
    throw error;
  }
}

/** Completes the calls under way, then closes everything. */
export async function closePlugins({ native, runtime, plugins }) {
  const opened = plugins.filter(({ target }) => target !== undefined);
  await Promise.all(opened.map(({ target, keyOf }) => (keyOf ? native.destroyPool(target) : native.destroyInstance(target))));
  for (const { library } of plugins) native.closeLibrary(library);
  native.destroyRuntime(runtime);
}
