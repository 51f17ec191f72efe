// SPDX-License-Identifier: MIT
// A host under test. Each of its servers has a configuration, and starts when a case first needs
// it.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../support-js/paths.mjs';
import { Sandbox } from '../../support-js/sandbox.mjs';
import { Server } from '../../support-js/server.mjs';
import { databaseBelow, startServer } from './database.mjs';
import { ISSUER } from './tokens.mjs';

/** Common settings: every actor needs a token, and the host knows titles of some organizations. */
function common(config, own) {
  config.authentication.demo = false;
  config.organizations.push(
    { id: 'globex', title: 'Globex' },
    { id: 'initech', title: 'Initech', country: 'DE', settings: { locale: 'de', timeZone: 'Europe/Berlin' } });
  own.credentials.issuer = ISSUER;
}

const CONFIGURATIONS = {
  open: {
    typeBase: 'urn:gql-integrations:problem:',
    change: (config, own) => {
      own.database.busyTimeoutMilliseconds = 100;
    },
  },
  damaged: { typeBase: 'urn:gql-integrations:problem:', change: () => {} }, // Of the case that damages the database.
  bound: {
    typeBase: 'https://errors.example.org/',
    change: (config, own) => {
      config.requestTimeoutMilliseconds = 2000;
      config.onlyListedOrganizations = true;
      own.organization = 'acme';
      own.errors = { typeBase: 'https://errors.example.org/' };
      own.limits = { pendingMutations: 2 };
    },
  },
};

const STATEMENT_TIMEOUT = 3000; // Longer than the deadline of `bound`, so that this comes first.
const MOST_OPEN = 3; // Few, so that databases and instances are closed and opened again all the time.

function tenantsBelow(path) {
  const root = `${path}.tenants`;
  mkdirSync(root);
  return { setting: { root, maxOpen: MOST_OPEN }, databaseOf: (organization) => databaseBelow(root, organization) };
}

/**
 * Where a host's plugin stores data, by the host's member `storage`: its setting, the database of an organization, the
 * host's own setting `instances`, and how many gateways share the data.
 */
const STORAGES = {
  shared: (path) => ({ setting: { path }, databaseOf: () => path }),
  tenants: tenantsBelow,
  instances: (path) => ({ ...tenantsBelow(path), instances: { maxIdle: MOST_OPEN } }),
  server: (path, url) => ({
    setting: { url, migrate: true, open: 'eager', statementTimeoutMilliseconds: STATEMENT_TIMEOUT }, databaseOf: () => url, gateways: 2,
  }),
};

/**
 * Returns whether a host runs a case. With an instance for each organization, those that concern one run: others need several.
 * Damage is SQLite's.
 */
export function isFor({ serves, storage }, { needs, organization, server }) {
  return needs === serves && (storage !== 'instances' || organization !== undefined) && (storage !== 'server' || server !== 'damaged');
}

/** Processes with the same configuration, which share the data. */
export class Gateways {
  constructor(processes, more) {
    Object.assign(this, { processes, turn: 0 }, more);
  }

  get log() {
    return this.processes.map(({ log }) => log).join('');
  }

  /** The one whose turn it is, or which comes so many turns later. */
  at(later) {
    return this.processes[(this.turn + later) % this.processes.length];
  }

  stop(signal) {
    return Promise.all(this.processes.map((process) => process.stop(signal)));
  }
}

export class Host {
  constructor(description, { vault, tokens }) {
    Object.assign(this, description);
    this.tokens = tokens;
    this.sandbox = new Sandbox(vault);
    this.servers = new Map();
  }

  async startProcess(file) {
    const [program, ...args] = this.command;
    const path = args.map((argument) => (argument.includes('/') ? join(root, argument) : argument));
    const server = new Server(program === 'node' ? process.execPath : program, [...path, '--config', file]);
    await server.ready();
    if (!server.url) throw new Error(`The server does not start: ${server.log}`);
    return server;
  }

  /** The URL of a database on this host's PostgreSQL. */
  async urlOf(name) {
    this.postgres ??= startServer('open', 'bound');
    return `${(await this.postgres).url}${name}`;
  }

  async start(name) {
    const { change, typeBase } = CONFIGURATIONS[name];
    const url = this.storage === 'server' ? await this.urlOf(name) : undefined;
    const { setting, databaseOf, instances, gateways = 1 } = STORAGES[this.storage](this.sandbox.path(`${name}.db`), url);
    const file = this.sandbox.writeConfig((config, own) => {
      config.plugins.instances = instances;
      own.database = setting;
      common(config, own);
      change(config, own);
    }, name);
    const processes = await Promise.all(Array.from({ length: gateways }, () => this.startProcess(file)));
    return new Gateways(processes, { typeBase, databaseOf });
  }

  /** The server with a configuration, by its name. */
  server(name) {
    if (!this.servers.has(name)) this.servers.set(name, this.start(name));
    return this.servers.get(name);
  }

  /** Stops all servers. Returns a finding for each that did not exit cleanly. */
  async stop() {
    const ends = await Promise.all([...this.servers].map(async ([name, starting]) => {
      const server = await starting;
      const stops = await server.stop();
      return stops.filter(({ code }) => code !== 0)
        .map(({ code, signal }) => `The server "${name}" ended with ${signal ?? `status ${code}`}: ${server.log.slice(-2000)}`);
    }));
    this.servers.clear();
    return ends.flat();
  }

  /** Kills what still runs, and removes all files. */
  async remove() {
    await Promise.allSettled([...this.servers.values()].map(async (starting) => (await starting).stop('SIGKILL')));
    if (this.postgres) await (await this.postgres).end();
    this.sandbox.remove();
  }
}
