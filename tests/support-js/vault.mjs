// SPDX-License-Identifier: MIT
// A vault of its own: keys and tokens by vaultctl.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { vaultctl } from './paths.mjs';

export class Vault {
  constructor(folder) {
    this.folder = folder;
    this.keyring = join(folder, 'keyring.json');
  }

  /** Runs vaultctl, with the keyring where the command takes one. */
  run(command, ...args) {
    const keyring = command === 'issue' ? [] : ['--keyring', this.keyring];
    return execFileSync(vaultctl, [command, ...keyring, ...args],
      { env: { ...process.env, VAULT_PASSPHRASE: 'test' }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  }

  /** Makes a key, which is the active one from now on; gives its ID. */
  keygen(name = 'secret') {
    return this.run('keygen', '--secret', join(this.folder, name));
  }

  /** A token for an organization, by the key that keygen made under this name; `args` as vaultctl issue takes them. */
  issueWith(name, organizationId, ...args) {
    return this.run('issue', '--secret', join(this.folder, name), '--aud', organizationId, '--sub', 'kv/test', ...args);
  }

  issue(organizationId, ...args) {
    return this.issueWith('secret', organizationId, ...args);
  }
}
