// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Returns why the package in a folder can't run on this Node, or undefined. */
export function whyNot(folder) {
  const { engines } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const [major, minor = 0] = /[\d.]+/.exec(engines.node)[0].split('.').map(Number);
  const [ownMajor, ownMinor] = process.versions.node.split('.').map(Number);
  return ownMajor < major || (ownMajor === major && ownMinor < minor) ? `it needs Node ${engines.node}` : undefined;
}
