// SPDX-License-Identifier: MIT
// Beginning and end of every example gateway.
import { parseArgs } from 'node:util';
import { readConfig } from './config.js';
import { openHost } from './host.js';

const LOG_LEVELS = ['error', 'warning', 'info', 'debug'];

function helpOf(what) {
  return `Usage: node server.js --config FILE

${what}
FILE is JSON; examples/demo-host/config.schema.json describes it. Ctrl-C or SIGTERM ends it: requests under way are answered first.
`;
}

function optionsOf() {
  try {
    return parseArgs({ options: { config: { type: 'string' }, help: { type: 'boolean' } } }).values;
  } catch (error) {
    return { wrong: error.message };
  }
}

function logger(level) {
  const most = LOG_LEVELS.indexOf(level);
  return (lineLevel, message, traceId) => {
    if (LOG_LEVELS.indexOf(lineLevel) > most) return;
    console.error(`${new Date().toISOString()} ${lineLevel} ${message}${traceId ? ` trace=${traceId}` : ''}`);
  };
}

async function startOr(undo, start) {
  try {
    return await start();
  } catch (error) {
    await undo();
    throw error;
  }
}

async function serve(config, start) {
  const log = logger(config.logLevel);
  const host = await openHost(config, log);
  const { url, stop } = await startOr(() => host.close(), () => start(host, config, log));
  log('info', `serving ${new URL('/graphql', url)}`);
  let stopping = false;
  const end = async (signal) => {
    if (stopping) return;
    stopping = true;
    log('info', `${signal}: ending`);
    await stop();
    await host.close();
    log('info', 'ended'); // The process ends by itself: nothing is left that it could wait for.
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => end(signal).catch(fail));
}

function fail(error) {
  process.stderr.write(`gateway: ${error.message}\n`);
  process.exitCode = 1;
}

/**
 * The whole of a server's main program. `what` says for --help what it serves; `start(host, config, log)` gives {url, stop}: where it
 * serves, and how it ends. `host` is closed afterwards.
 */
export async function runServer(what, start) {
  process.env.NODE_ENV ??= 'production'; // Else packages take it for a developer's machine, and show clients stack traces.
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
