// SPDX-License-Identifier: MIT
// The main program of every example gateway: its arguments, and its signals.
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startGateway } from './gateway.js';

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

async function serve(file, gatewayOf) {
  const gateway = await startGateway(file, gatewayOf);
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => gateway.stop(signal).catch(fail));
  process.on('SIGHUP', () => gateway.reload('SIGHUP').catch(() => {})); // The log has the reason.
  gateway.tell();
}

function fail(error) {
  process.stderr.write(`gateway: ${error.message}\n`);
  process.exitCode = 1;
}

/** The main program of a server. `what` describes it for --help; `gatewayOf` as for startGateway. */
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
