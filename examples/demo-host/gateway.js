// SPDX-License-Identifier: MIT
// A gateway that serves a configuration file, and changes over to what the file and the plugins are by then.
import { isDeepStrictEqual } from 'node:util';
import { readConfig } from './config.js';
import { openHost } from './host.js';
import { serveHttp } from './http-server.js';
import { countRepeats, logOf } from './log.js';
import { at, Reloads } from './reloads.js';
import { tellCounts } from './throttle.js';
import { startTracing, stopTracing } from './tracing.js';

/** What a server that runs can't change. */
const FIXED = ['host', 'port', 'metrics', 'shutdown'];

async function startOr(undo, start) {
  try {
    return await start();
  } catch (error) {
    await undo();
    throw error;
  }
}

/** The process ends in time, also if a call waits for a lock that somebody else holds. */
function boundEnd(seconds, log) {
  setTimeout(() => {
    log('error', `not stopped within ${seconds} s (shutdown.seconds): ends all the same. Changes that were not answered may be saved or not`);
    process.exit(1);
  }, seconds * 1000).unref();
}

/** What serves by one reading of the configuration. `gatewayOf` as for startGateway, `isWhole` as for openHost. */
async function open(config, log, gatewayOf, isWhole) {
  const host = await openHost(config, log, isWhole);
  const { handle, hasPage, close } = await startOr(() => host.close(), () => gatewayOf(host, config, log));
  return {
    config,
    host,
    service: [handle, host, hasPage],
    async close() {
      await close?.();
      await host.close();
    },
  };
}

const versionsOf = ({ about }) => new Map(about.map(({ id, version }) => [id, version]));

/** Of two gateways that were opened. */
function changeOf(before, next) {
  const [then, now] = [before, next].map(({ host }) => versionsOf(host.plugins));
  const names = new Set([...Object.keys(before.config), ...Object.keys(next.config)]);
  const settings = [...names].filter((name) => !isDeepStrictEqual(before.config[name], next.config[name])).sort();
  return {
    plugins: [...new Set([...then.keys(), ...now.keys()])].map((id) => ({ id, before: then.get(id) ?? null, now: now.get(id) ?? null })),
    settings,
    fixed: settings.filter((name) => FIXED.includes(name)),
  };
}

function textOf({ plugins, settings, fixed }) {
  const others = plugins.filter(({ before, now }) => before !== now).map(({ id, before, now }) => `${id} ${now ?? 'is gone'}, before: ${before ?? 'none'}`);
  const changed = settings.filter((name) => !fixed.includes(name)).map((name) => `${name} has changed`);
  return [...changed, ...others].map((text) => `; ${text}`).join('');
}

class Gateway {
  #file;
  #gatewayOf;
  #log;
  #counted; // The log of what serves.
  #current;
  #server;
  #retired = new Set();
  #reloads = new Reloads();
  #turn = Promise.resolve();
  #stopping = false;

  constructor(file, gatewayOf) {
    this.#file = file;
    this.#gatewayOf = gatewayOf;
  }

  async start() {
    const config = readConfig(this.#file);
    this.#log = logOf(config);
    this.#counted = countRepeats(this.#log);
    await startTracing(this.#counted);
    this.#current = await open(config, this.#counted, this.#gatewayOf, false);
    const { service: [handle, host, hasPage] } = this.#current;
    const options = { hasPage, ownMetrics: () => this.#reloads.metrics() };
    this.#server = await startOr(() => this.#current.close(), () => serveHttp(handle, host, config, this.#counted, options));
  }

  /** That of the API. */
  get url() {
    return new URL('/graphql', this.#server.url);
  }

  /** Whoever waits for this may send signals. */
  tell() {
    this.#log('info', `serving ${this.url}`);
  }

  /**
   * Reads the configuration and the plugins anew, and serves with them from then on; one call after the other. `by`
   * names in the log who asks. Resolves to what is different: `plugins`, each {id, before, now} with versions, null
   * where there is none; `settings` that have changed; `fixed`, those of them that change with a restart only.
   * If anything is wrong, nothing changes, and it rejects with the reason, whose `step` is one of RELOAD_STEPS.
   */
  reload(by = 'reload') {
    const done = this.#turn.then(() => this.#reload(by));
    this.#turn = done.catch(() => {});
    return done;
  }

  async #reload(by) {
    if (this.#stopping) throw new Error('The gateway is stopping');
    try {
      const change = await this.#change();
      this.#reloads.note();
      if (change.fixed.length > 0) this.#log('warning', `${by}: ${change.fixed.join(', ')}: changes with a restart only`);
      this.#log('info', `${by}: serves with the configuration and the plugins as they are now${textOf(change)}`);
      return change;
    } catch (error) {
      this.#reloads.note(error.step);
      this.#log('error', `${by}: nothing has changed: ${error.step}: ${error.message.replaceAll('\n', ' ')}`);
      throw error;
    }
  }

  async #change() {
    const before = this.#current;
    const config = await at('configuration', () => readConfig(this.#file));
    const next = await at('gateway', () => open(config, this.#counted, this.#gatewayOf, true));
    this.#log.change(config);
    this.#current = next;
    const retired = this.#server.change(...next.service).then(() => before.close())
      .catch((error) => this.#log('error', `what served before does not close: ${error.message}`))
      .finally(() => this.#retired.delete(retired));
    this.#retired.add(retired);
    return changeOf(before, next);
  }

  /** Answers the requests under way, and ends. `by` names in the log who asks. */
  async stop(by = 'stop') {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#log('info', `${by}: stopping`);
    boundEnd(this.#current.config.shutdown.seconds, this.#log);
    await this.#server.stop();
    await this.#turn;
    await Promise.all([this.#current.close(), ...this.#retired]);
    await stopTracing();
    tellCounts();
    this.#log('info', 'stopped'); // The process exits by itself, because no handle is open any more.
  }
}

/**
 * Starts a gateway, and resolves to it. `gatewayOf(host, config, log)` returns {handle}, which answers requests as for
 * serveHttp, and if needed `hasPage` and `close()`, which is called when the last request is answered, before `host` is
 * closed. It is called again, with another host, to change over to a new configuration and new plugins.
 */
export async function startGateway(file, gatewayOf) {
  const gateway = new Gateway(file, gatewayOf);
  await gateway.start();
  return gateway;
}
