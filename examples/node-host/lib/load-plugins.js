// SPDX-License-Identifier: MIT
// Loads the plugins of a folder.
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { binding, createRuntime } from './binding.js';
import { HostSchema } from './host-schema.js';
import { closePlugins, openPlugin, PluginRefused } from './library.js';
import { checkOptions } from './options.js';
import { Plugins } from './plugins.js';

function findFiles(folder) {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.so')).sort().map((name) => join(folder, name));
  } catch (error) {
    throw new Error(`The plugins folder ${folder} can't be read: ${error.message}`);
  }
}

/** Returns the keys of the settings that belong to no loaded plugin. */
function unusedOf(settings, plugins) {
  return Object.keys(settings).filter((key) => !plugins.some((plugin) => plugin.about.id === key || basename(plugin.file) === key));
}

/** Opens one plugin after the other: each must fit the schema with what those before it added. */
async function openAll(loading, folder, { refused, log }) {
  const { host, plugins, settings } = loading;
  const failures = [];
  for (const file of findFiles(folder)) {
    try {
      const plugin = await openPlugin(loading, file);
      plugins.push(plugin);
      host.add(plugin.sdl);
    } catch (error) {
      if (!(error instanceof PluginRefused)) throw error;
      failures.push(error);
      refused(error);
    }
  }
  const unused = unusedOf(settings, plugins);
  if (unused.length > 0) log('warning', `settings without a loaded plugin: ${unused.join(', ')}`, null);
  const missing = unused.filter((key) => settings[key].required);
  if (missing.length === 0) return;
  const reasons = failures.map((error) => `\n${error.message}`).join('');
  throw new AggregateError(failures, `Required plugins are not loaded: ${missing.join(', ')}.${reasons}`);
}

/**
 * Loads every *.so of a folder. A plugin that can't be used is passed to `refused` and left out; if the
 * settings require it, loading fails.
 */
export async function loadPlugins(folder, given = {}) {
  const options = checkOptions(folder, given);
  const host = new HostSchema(options.schema);
  const native = binding();
  const loading = { native, runtime: createRuntime(native, options), host, plugins: [], settings: options.settings,
    instances: options.instances };
  try {
    await openAll(loading, folder, options);
    return new Plugins(loading, options);
  } catch (error) {
    await closePlugins(loading);
    throw error;
  }
}
