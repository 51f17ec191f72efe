// SPDX-License-Identifier: MIT
// Loads what a folder holds.
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

/** The settings that no plugin took, by their keys. */
function unusedOf(settings, plugins) {
  return Object.keys(settings).filter((key) => !plugins.some((plugin) => plugin.about.id === key || basename(plugin.file) === key));
}

/** One after the other: what one adds to the schema, the next must fit. */
async function openAll(loading, folder, { refused, log }) {
  const { host, plugins, settings } = loading;
  const refusals = [];
  for (const file of findFiles(folder)) {
    try {
      const plugin = await openPlugin(loading, file);
      plugins.push(plugin);
      host.add(plugin.sdl);
    } catch (error) {
      if (!(error instanceof PluginRefused)) throw error;
      refusals.push(error);
      refused(error);
    }
  }
  const unused = unusedOf(settings, plugins);
  if (unused.length > 0) log('warning', `there are settings, but no plugin that can be used, for ${unused.join(', ')}`, null);
  const missing = unused.filter((key) => settings[key].required);
  if (missing.length === 0) return;
  const reasons = refusals.map((error) => `\n${error.message}`).join('');
  throw new AggregateError(refusals, `Required plugins are not there: ${missing.join(', ')}.${reasons}`);
}

/** Loads every *.so of a folder. A plugin that is refused is told to `refused` and left out, unless the settings require it. */
export async function loadPlugins(folder, given = {}) {
  const options = checkOptions(folder, given);
  const host = new HostSchema(options.schema);
  const native = binding();
  const loading = { native, runtime: createRuntime(native, options), host, plugins: [], settings: options.settings };
  try {
    await openAll(loading, folder, options);
    return new Plugins(loading, options);
  } catch (error) {
    await closePlugins(loading);
    throw error;
  }
}
