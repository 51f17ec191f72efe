// SPDX-License-Identifier: MIT
export { checkConfiguration } from './lib/configuration.js';
export { loadPlugins } from './lib/load-plugins.js';
export { PluginRefused, PluginsMissing } from './lib/refused.js';
export { createLog, safeLine } from './lib/standard-log.js';
