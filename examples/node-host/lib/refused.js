// SPDX-License-Identifier: MIT
// Why plugins are not loaded.
import { realpathSync } from 'node:fs';

/** The host library begins a reason with the path of the file, as it was given or without links. */
function withoutPath(file, reason) {
  const path = [file, realpathSync(file)].find((name) => reason.startsWith(`${name}: `));
  return path === undefined ? reason : reason.slice(path.length + 2);
}

/** The failure of loading one plugin: its file, its ID if it could be read, and every reason. */
export class PluginRefused extends Error {
  constructor(file, reasons, id = undefined) {
    const own = reasons.map((reason) => withoutPath(file, reason));
    super(`The plugin ${file} was refused: ${own.join(' ')}`);
    // Not enumerable: Node would print them once more below the message.
    Object.defineProperties(this, { name: { value: 'PluginRefused' }, file: { value: file }, reasons: { value: own }, id: { value: id } });
  }
}

/** The failure of loading a folder: plugins that the settings require are missing or refused. */
export class PluginsMissing extends Error {
  constructor(message, refused) {
    super([message, ...refused.map((error) => error.message)].join('\n'));
    Object.defineProperties(this, { name: { value: 'PluginsMissing' }, refused: { value: refused } });
  }
}
