// SPDX-License-Identifier: MIT
// Starts, changes and stops every example gateway.
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { readConfig } from './config.js';
import { openHost } from './host.js';
import { serveHttp } from './http-server.js';
import { countRepeats, logOf } from './log.js';
import { tellCounts } from './throttle.js';
import { startTracing, stopTracing } from './tracing.js';

/** What a server that runs can't change. */
const FIXED = ['host', 'port', 'metrics', 'shutdown'];

function helpOf(what) {
  return `Usage: node ${basename(process.argv[1])} --config FILE

${what}
FILE is JSON, which ${fileURLToPath(new URL('config.schema.json', import.meta.url))}
describes. Ctrl-C or SIGTERM stops the server after it has answered the requests under way. SIGHUP reads
the configuration and the plugins anew; if anything is wrong with them, nothing changes.
`;
}

function optionsOf() {
  try {
    return parseArgs({ options: { config: { type: 'string' }, help: { type: 'boolean', short: 'h' } } }).values;
  } catch (error) {
    return { wrong: error.message };
  }
}

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

/** What serves by one reading of the configuration. `gatewayOf` as for runServer, `isWhole` as for openHost. */
async function open(config, log, gatewayOf, isWhole) {
  const host = await openHost(config, log, isWhole);
  const { handle, hasPage, close } = await startOr(() => host.close(), () => gatewayOf(host, config, log));
  return {
    config,
    service: [handle, host, hasPage],
    async close() {
      await close?.();
      await host.close();
    },
  };
}

/** Says which settings have changed to no effect. */
function nameFixed(before, after, log) {
  const changed = FIXED.filter((name) => !isDeepStrictEqual(before[name], after[name]));
  if (changed.length > 0) log('warning', `SIGHUP: ${changed.join(', ')}: changes with a restart only`);
}

class Gateway {
  #file;
  #gatewayOf;
  #log;
  #counted; // The log of what serves.
  #current;
  #server;
  #retired = new Set();
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
    this.#server = await startOr(() => this.#current.close(), () => serveHttp(handle, host, config, this.#counted, { hasPage }));
  }

  /** Whoever waits for this may send signals. */
  tell() {
    this.#log('info', `serving ${new URL('/graphql', this.#server.url)}`);
  }

  /** One after the other. What can't serve changes nothing. */
  reload() {
    this.#turn = this.#turn.then(() => this.#reload()).catch((error) => {
      this.#log('error', `SIGHUP: nothing has changed: ${error.message}`);
    });
  }

  async #reload() {
    if (this.#stopping) return;
    const before = this.#current;
    const config = readConfig(this.#file);
    const next = await open(config, this.#counted, this.#gatewayOf, true);
    this.#log.change(config);
    nameFixed(before.config, config, this.#log);
    this.#current = next;
    const retired = this.#server.change(...next.service).then(() => before.close())
      .catch((error) => this.#log('error', `what served before does not close: ${error.message}`))
      .finally(() => this.#retired.delete(retired));
    this.#retired.add(retired);
    this.#log('info', 'SIGHUP: serves with the configuration and the plugins as they are now');
  }

  async stop(signal) {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#log('info', `${signal}: stopping`);
    boundEnd(this.#current.config.shutdown.seconds, this.#log);
    await this.#server.stop();
    await this.#turn;
    await Promise.all([this.#current.close(), ...this.#retired]);
    await stopTracing();
    tellCounts();
    this.#log('info', 'stopped'); // The process exits by itself, because no handle is open any more.
  }
}

async function serve(file, gatewayOf) {
  const gateway = new Gateway(file, gatewayOf);
  await gateway.start();
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => gateway.stop(signal).catch(fail));
  process.on('SIGHUP', () => gateway.reload());
  gateway.tell();
}

function fail(error) {
  process.stderr.write(`gateway: ${error.message}\n`);
  process.exitCode = 1;
}

/**
 * The main program of a server. `what` describes it for --help. `gatewayOf(host, config, log)` returns {handle},
 * which answers requests as for serveHttp, and if needed `hasPage` and `close()`, which is called when the last
 * request is answered, before `host` is closed. It is called again, with another host, to change over to a new
 * configuration and new plugins.
 */
export async function runServer(what, gatewayOf) {
  process.env.NODE_ENV ??= 'production'; // In development mode, some packages send stack traces to clients.
  const options = optionsOf();
  if (options.help) {
    process.stdout.write(helpOf(what));
  } else if (!options.config) {
    process.stderr.write(`${options.wrong ? `${options.wrong}\n` : ''}${helpOf(what)}`);
    process.exitCode = 2;
  } else {
    await Promise.resolve().then(() => serve(options.config, gatewayOf)).catch(fail);
  }
}
