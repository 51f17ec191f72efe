// SPDX-License-Identifier: MIT
// Starts the real gateway on a free port, in a folder of its own, and talks to it over HTTP.
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRequire } from 'node:module';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const build = process.env.BUILD ?? join(root, 'build');
export const plugin = join(build, 'plugin/integrations.so');
const vaultctl = join(build, 'vault/vaultctl');
const server = join(root, 'examples/gateway/server.js');
const gatewayRequire = createRequire(join(root, 'examples/demo-host/index.js'));
const { SignJWT } = await import(gatewayRequire.resolve('jose'));
const START_PATIENCE = 60_000;

// GATEWAY_PRELOAD: the runtime of a sanitizer, where the binding and the plugin are built with one and Node is not.
const preload = process.env.GATEWAY_PRELOAD;
const environment = {
  ...process.env,
  GQL_BINDING: join(build, 'examples/node-host/gql_binding.node'),
  ...(preload && { LD_PRELOAD: preload }),
};

/** A folder with keys, secrets and a plugins folder that holds the plugin. */
export class Sandbox {
  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'gateway-test-'));
    this.secret = randomBytes(32).toString('hex');
    writeFileSync(this.path('jwt.secret'), this.secret);
    mkdirSync(this.path('plugins'));
    symlinkSync(plugin, this.path('plugins/integrations.so'));
    this.vault('keygen', '--secret', this.path('secret'));
  }

  path(name) {
    return join(this.folder, name);
  }

  /** Runs vaultctl with the sandbox's keyring where the command takes one. */
  vault(command, ...args) {
    const keyring = command === 'issue' ? [] : ['--keyring', this.path('keyring.json')];
    return execFileSync(vaultctl, [command, ...keyring, ...args],
      { env: { ...process.env, VAULT_PASSPHRASE: 'test' }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  }

  issue(aud, ...args) {
    return this.vault('issue', '--secret', this.path('secret'), '--aud', aud, '--sub', 'kv/test', ...args);
  }

  jwt(claims, { secret = this.secret, expires = '5m' } = {}) {
    return new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).setIssuedAt().setExpirationTime(expires)
      .sign(new TextEncoder().encode(secret));
  }

  writeConfig(change = () => {}) {
    const config = {
      port: 0,
      plugins: {
        folder: 'plugins',
        settings: {
          'org.gql-integrations.integrations': {
            required: true,
            config: { database: { path: this.path('integrations.db') }, credentials: { keyring: this.path('keyring.json') } },
          },
        },
      },
      authentication: { demo: true, jwt: { secretFile: 'jwt.secret' } },
      organizations: [{ id: 'acme', title: 'Acme Corporation' }],
    };
    change(config);
    writeFileSync(this.path('gateway.json'), JSON.stringify(config));
  }

  /** Starts a gateway with a configuration that `change` altered; it may end without serving, see ready. */
  async start(change) {
    this.writeConfig(change);
    const gateway = new Gateway(spawn(process.execPath, [server, '--config', this.path('gateway.json')],
      { stdio: ['ignore', 'pipe', 'pipe'], env: environment }));
    await gateway.ready();
    return gateway;
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export class Gateway {
  constructor(child) {
    this.child = child;
    this.log = '';
    this.ended = new Promise((resolve) => { child.once('exit', (code, signal) => resolve({ code, signal })); });
    child.stderr.setEncoding('utf8').on('data', (text) => { this.log += text; });
  }

  /** Resolves when it serves, or when it ended without serving (`url` is then undefined). */
  async ready() {
    const until = Date.now() + START_PATIENCE;
    let ended = false;
    this.ended.then(() => { ended = true; });
    while (!ended) {
      this.url = /serving (http:\S+)/.exec(this.log)?.[1];
      if (this.url) return;
      if (Date.now() > until) throw new Error(`The gateway did not start: ${this.log}`);
      await new Promise((resolve) => { setTimeout(resolve, 20); });
    }
  }

  async post(body, headers = {}) {
    return fetch(this.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  /** The JSON of a response. */
  async query(query, variables, headers) {
    return (await this.post({ query, variables }, headers)).json();
  }

  /** The data of a response that must have no errors. */
  async data(query, variables, headers) {
    const result = await this.query(query, variables, headers);
    if (result.errors) throw new Error(JSON.stringify(result.errors));
    return result.data;
  }

  async create(organizationId, title, more = {}) {
    const data = await this.data(
      'mutation($input: IntegrationCreateInput!) { integrationCreate(input: $input) { integration { id version title } } }',
      { input: { organizationId, title, ...more } });
    return data.integrationCreate.integration;
  }

  async stop(signal = 'SIGTERM') {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    return this.ended;
  }
}
