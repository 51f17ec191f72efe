#!/usr/bin/env node
// SPDX-License-Identifier: MIT
import { parseArgs } from 'node:util';
import { readConfig } from './config.js';
import { LOG_LEVELS } from './host/binding.js';
import { startGateway } from './gateway.js';

const HELP = `Usage: node server.js --config FILE

Serves GraphQL with the plugins of a folder. FILE is JSON; config.schema.json beside this file describes it.

  GET /health    200 once it serves
  /graphql       the API (GraphQL over HTTP), and GraphiQL for browsers

Ctrl-C or SIGTERM ends it: requests under way are answered first.
`;

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

async function main() {
  const options = optionsOf();
  if (options.help) {
    process.stdout.write(HELP);
    return;
  }
  if (!options.config) {
    process.stderr.write(`${options.wrong ? `${options.wrong}\n` : ''}${HELP}`);
    process.exitCode = 2;
    return;
  }
  const config = readConfig(options.config);
  const log = logger(config.logLevel);
  const { address, stop } = await startGateway(config, log);
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  log('info', `serving http://${host}:${address.port}/graphql`);
  let stopping = false;
  const end = async (signal) => {
    if (stopping) return;
    stopping = true;
    log('info', `${signal}: ending`);
    await stop();
    log('info', 'ended');
    process.exit(0);
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
}

main().catch((error) => {
  process.stderr.write(`gateway: ${error.message}\n`);
  process.exit(1);
});
