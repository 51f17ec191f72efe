// SPDX-License-Identifier: MIT
// Starts and stops every example gateway.
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createLog } from 'gql-plugin-host';
import { readConfig } from './config.js';
import { openHost } from './host.js';

function helpOf(what) {
  return `Usage: node ${basename(process.argv[1])} --config FILE

${what}
FILE is JSON, which ${fileURLToPath(new URL('config.schema.json', import.meta.url))}
describes. Ctrl-C or SIGTERM stops the server after it has answered the requests under way.
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

async function serve(config, start) {
  const log = createLog(config.logLevel);
  const host = await openHost(config, log);
  const { url, stop } = await startOr(() => host.close(), () => start(host, config, log));
  let stopping = false;
  const end = async (signal) => {
    if (stopping) return;
    stopping = true;
    log('info', `${signal}: stopping`);
    boundEnd(config.shutdown.seconds, log);
    await stop();
    await host.close();
    log('info', 'stopped'); // The process exits by itself, because no handle is open any more.
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => end(signal).catch(fail));
  process.on('SIGHUP', () => log('info', 'SIGHUP: the configuration is read at start only; nothing has changed'));
  log('info', `serving ${new URL('/graphql', url)}`);
}

function fail(error) {
  process.stderr.write(`gateway: ${error.message}\n`);
  process.exitCode = 1;
}

/**
 * The main program of a server. `what` describes it for --help. `start(host, config, log)` starts it and
 * returns {url, stop}. `host` is closed after the server has stopped.
 */
export async function runServer(what, start) {
  process.env.NODE_ENV ??= 'production'; // In development mode, some packages send stack traces to clients.
  const options = optionsOf();
  if (options.help) {
    process.stdout.write(helpOf(what));
  } else if (!options.config) {
    process.stderr.write(`${options.wrong ? `${options.wrong}\n` : ''}${helpOf(what)}`);
    process.exitCode = 2;
  } else {
    await Promise.resolve().then(() => serve(readConfig(options.config), start)).catch(fail);
  }
}
