// SPDX-License-Identifier: MIT
// A vault for tests: creates keys and tokens with vaultctl.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { vaultctl } from './paths.mjs';

export class Vault {
  constructor(folder) {
    this.folder = folder;
    this.keyring = join(folder, 'keyring.json');
  }

  /** Runs vaultctl, with the keyring if the command takes one. */
  run(command, ...args) {
    const keyring = command === 'issue' ? [] : ['--keyring', this.keyring];
    return execFileSync(vaultctl, [command, ...keyring, ...args],
      { env: { ...process.env, VAULT_PASSPHRASE: 'test' }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  }

  /** Creates a key, which becomes the active one. Returns its ID. */
  keygen(name = 'secret') {
    return this.run('keygen', '--yes', '--secret', join(this.folder, name));
  }

  /** Issues a token for an organization with the key that keygen named so. `args`: arguments of vaultctl issue. */
  issueWith(name, organizationId, ...args) {
    return this.run('issue', '--secret', join(this.folder, name), '--aud', organizationId, '--sub', 'kv/test', ...args);
  }

  issue(organizationId, ...args) {
    return this.issueWith('secret', organizationId, ...args);
  }
}
