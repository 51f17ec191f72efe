// SPDX-License-Identifier: MIT
export { loadPlugins } from './lib/load-plugins.js';
export { PluginRefused } from './lib/library.js';
