// SPDX-License-Identifier: MIT
// A temporary folder with everything a host needs: a vault, a secret for JWTs, a plugins folder with the
// plugin.
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plugin, requireOfExamples } from './paths.mjs';
import { Vault } from './vault.mjs';

const { SignJWT } = await import(requireOfExamples.resolve('jose'));

export const PLUGIN_ID = 'org.gql-integrations.integrations';

export class Sandbox {
  /** Creates a vault unless one is given. */
  constructor(vault) {
    this.folder = mkdtempSync(join(tmpdir(), 'gateway-test-'));
    this.secret = randomBytes(32).toString('hex');
    writeFileSync(this.path('jwt.secret'), this.secret);
    mkdirSync(this.path('plugins'));
    symlinkSync(plugin, this.path('plugins/integrations.so'));
    this.vault = vault ?? new Vault(this.folder);
    if (!vault) this.vault.keygen();
  }

  path(name) {
    return join(this.folder, name);
  }

  jwt(claims, { secret = this.secret, expires = '5m' } = {}) {
    return new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).setIssuedAt().setExpirationTime(expires)
      .sign(new TextEncoder().encode(secret));
  }

  /**
   * Writes the configuration NAME.json, changed by `change`, and returns its path. `change` also receives
   * the plugin's part.
   */
  writeConfig(change = () => {}, name = 'gateway') {
    const own = { database: { path: this.path(`${name}.db`) }, credentials: { keyring: this.vault.keyring } };
    const config = {
      port: 0,
      shutdown: { idleSeconds: 0 },
      plugins: { folder: 'plugins', settings: { [PLUGIN_ID]: { required: true, config: own } } },
      authentication: { demo: true, jwt: { secretFile: 'jwt.secret', anyAudience: true } },
      organizations: [{ id: 'acme', title: 'Acme Corporation' }],
    };
    change(config, own);
    writeFileSync(this.path(`${name}.json`), JSON.stringify(config));
    return this.path(`${name}.json`);
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
