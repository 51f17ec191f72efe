// SPDX-License-Identifier: MIT
// Finds plugins in a folder, opens them and makes an instance of each.
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Why a plugin can't be used: `file`, and all the reasons. */
export class PluginRefused extends Error {
  constructor(file, reasons) {
    super(`The plugin ${file} is refused: ${reasons.join(' ')}`);
    this.file = file;
    this.reasons = reasons;
  }
}

function findFiles(folder) {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.so')).sort().map((name) => join(folder, name));
  } catch (error) {
    throw new Error(`The plugins folder ${folder} can't be read: ${error.message}`);
  }
}

function attempt(file, action) {
  try {
    return action();
  } catch (error) {
    throw new PluginRefused(file, [error.message]);
  }
}

async function loadOne(native, file, settings, bindTo) {
  const library = attempt(file, () => native.openLibrary(file));
  try {
    const about = native.describe(library);
    const own = settings[about.id] ?? settings[basename(file)] ?? {};
    const { sdl, conflicts } = attempt(file, () => bindTo(library, about));
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

/**
 * Loads what a folder holds. A plugin that is refused is told to `refused(error)` and left out; afterwards it is an error
 * if one that the settings call `required` is not there. `bindTo(library, about)` gives {sdl, conflicts} and is called in turn.
 */
export async function loadPlugins(native, { folder, settings = {}, bindTo, accepted = () => {}, refused = () => {} }) {
  const plugins = [];
  const reasons = [];
  for (const file of findFiles(folder)) {
    try {
      const plugin = await loadOne(native, file, settings, bindTo);
      plugins.push(plugin);
      accepted(plugin);
    } catch (error) {
      if (!(error instanceof PluginRefused)) throw error;
      reasons.push(error);
      refused(error);
    }
  }
  const missing = Object.entries(settings).filter(([key, own]) => own.required &&
    !plugins.some((plugin) => plugin.about.id === key || basename(plugin.file) === key)).map(([key]) => key);
  if (missing.length > 0) {
    await unloadPlugins(native, plugins);
    throw new Error(`Required plugins are not there: ${missing.join(', ')}.\n${reasons.map((error) => error.message).join('\n')}`);
  }
  return plugins;
}

/** Finishes what is under way, and lets go of everything. */
export async function unloadPlugins(native, plugins) {
  for (const plugin of plugins) {
    await native.destroyInstance(plugin.instance);
    native.closeLibrary(plugin.library);
  }
}
