// SPDX-License-Identifier: MIT
// Loads the plugins of a folder.
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { binding, createRuntime } from './binding.js';
import { HostSchema } from './host-schema.js';
import { bindPlugin, closePlugins, openPlugin, startPlugin } from './library.js';
import { checkOptions } from './options.js';
import { Plugins } from './plugins.js';
import { PluginRefused, PluginsMissing } from './refused.js';

function findFiles(folder) {
  try {
    return readdirSync(folder).filter((name) => /^[^.].*\.so$/.test(name)).sort().map((name) => join(folder, name));
  } catch (error) {
    throw new Error(`The plugins folder ${folder} can't be read: ${error.message.replace(/, \w+(?: '[^]*')?$/, '')}`); // The path once.
  }
}

/** Does something with one after the other. Returns a failure for each that is refused. */
async function failuresOf(list, action) {
  const failures = [];
  for (const each of list) {
    try {
      await action(each);
    } catch (error) {
      if (!(error instanceof PluginRefused)) throw error;
      failures.push(error);
    }
  }
  return failures;
}

/** Opens one plugin after the other: each must fit the schema with what those before it added. Returns a failure for each that is refused. */
async function openAll(loading, files, open) {
  return failuresOf(files, async (file) => {
    const plugin = await open(loading, file);
    loading.plugins.push(plugin);
    loading.host.add(plugin.sdl);
  });
}

/** All or none: what can be found without an instance is found before there is one, which may migrate a database. */
async function openWhole(loading, files) {
  const failures = await openAll(loading, files, bindPlugin);
  if (failures.length > 0) return failures;
  return failuresOf(loading.plugins, async (plugin) => Object.assign(plugin, await startPlugin(loading, plugin)));
}

/** Returns the keys of the settings that belong to none of the plugins. */
function unusedOf(settings, plugins) {
  const names = plugins.flatMap(({ id, file }) => [id, basename(file)]);
  return Object.keys(settings).filter((key) => !names.includes(key));
}

function listOf(folder, plugins) {
  const names = plugins.map(({ id = 'refused', file }) => `${id} (${basename(file)})`);
  return names.length > 0 ? `Found: ${names.join(', ')}` : `The plugins folder ${folder} holds no *.so`;
}

/** A misspelt name would be ignored without a word. It may belong to a plugin that was refused. */
function checkNames({ host, plugins }, failures, { references, instances }) {
  const names = plugins.flatMap(({ about: { id }, file }) => [id, basename(file)]);
  const other = instances?.plugins?.find((name) => !names.includes(name));
  if (failures.length > 0 || plugins.length === 0) return;
  if (other !== undefined) throw new TypeError(`loadPlugins: instances.plugins: no plugin has the ID or file name ${other}; known are ${names.join(', ')}`);
  const used = plugins.flatMap(({ about }) => about.references);
  const type = Object.keys(references).find((name) => !used.includes(name) && !host.defines(name));
  if (type === undefined) return;
  throw new TypeError(`loadPlugins: references.${type}: the schema has no such type; plugins refer to ${used.join(', ') || 'none'}`);
}

/** A failure is reported once: by the exception if loading fails, otherwise by `refused`. */
function report({ plugins, settings }, failures, folder, { whole, refused, log }) {
  const loaded = plugins.map(({ about: { id }, file }) => ({ id, file }));
  const all = [...loaded, ...failures];
  const missing = unusedOf(settings, loaded).filter((key) => settings[key].required);
  const strange = unusedOf(settings, all);
  if (missing.length > 0) throw new PluginsMissing(`Required plugins are not loaded: ${missing.join(', ')}. ${listOf(folder, all)}`, failures);
  if (whole && failures.length > 0) throw new PluginsMissing('Plugins were refused, so none is loaded.', failures);
  failures.forEach((error) => refused(error));
  if (strange.length > 0) log('warning', `Settings without a plugin: ${strange.join(', ')}. ${listOf(folder, all)}`, null);
  else if (all.length === 0) log('warning', listOf(folder, all), null);
}

/** Opens every *.so of a folder with openPlugin or bindPlugin. Returns {native, runtime, host, plugins}. */
export async function openFolder(folder, options, open) {
  const host = new HostSchema(options.schema);
  const native = binding();
  const loading = { native, runtime: createRuntime(native, options), host, plugins: [], settings: options.settings,
    baseFolder: options.baseFolder, instances: options.instances };
  try {
    const files = findFiles(folder);
    const failures = await (options.whole ? openWhole(loading, files) : openAll(loading, files, open));
    report(loading, failures, folder, options);
    checkNames(loading, failures, options);
    return loading;
  } catch (error) {
    await closePlugins(loading);
    throw error;
  }
}

/**
 * Loads every *.so of a folder. A plugin that can't be used is passed to `refused` and left out; if the
 * settings require it, or all of them by `whole`, loading fails.
 */
export async function loadPlugins(folder, given = {}) {
  const options = checkOptions(folder, given);
  const loading = await openFolder(folder, options, openPlugin);
  try {
    return new Plugins(loading, options);
  } catch (error) {
    await closePlugins(loading);
    throw error;
  }
}
