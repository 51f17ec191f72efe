// SPDX-License-Identifier: MIT
// A folder in which tools work on the schema that the command gql-plugin-host prints.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { environment, plugin, root } from '../support-js/paths.mjs';

export class Desk {
  host = join(root, 'examples/demo-host/host-schema.graphql');

  constructor() {
    const here = join(root, 'build/tests/schema');
    mkdirSync(here, { recursive: true });
    this.folder = mkdtempSync(join(here, 'desk-'));
    mkdirSync(this.path('plugins'));
    symlinkSync(plugin, this.path('plugins/integrations.so'));
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }

  path(name) {
    return join(this.folder, name);
  }

  write(name, text) {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
    return this.path(name);
  }

  /** Writes the merged schema with a host's, or the plugin's alone. */
  schema(name, host) {
    const files = host === undefined ? [] : ['--host-schema', host];
    execFileSync(process.execPath, [join(root, 'examples/node-host/command.js'), this.path('plugins'), ...files, '--output', this.path(name)], { env: environment });
    return this.path(name);
  }
}
