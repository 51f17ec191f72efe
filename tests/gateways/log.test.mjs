// SPDX-License-Identifier: MIT
// The logs of the gateways quote what clients send: it must not forge a line or steer a terminal.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countedWarning } from '../../examples/demo-host/counted-warning.js';
import { loggerOf } from '../../examples/demo-host/log.js';
import { createLog } from '../../examples/node-host/lib/standard-log.js';
import { hiveLogger } from '../../examples/gateways/hive/logger.js';
import { requireOfExamples } from '../support-js/paths.mjs';

const { createGatewayRuntime } = await import(requireOfExamples.resolve('@graphql-hive/gateway-runtime'));
const { buildSchema, execute } = await import(requireOfExamples.resolve('graphql'));

const UNSEEN = ['\0', '\t', '\r', '\x1b', '\x7f', '\x9b', '\xad', '\u061c', '\u180e', '\u200b', '\u200f', '\u2028', '\u202e', '\u2060', '\u2065',
  '\u2069', '\ufeff', '\ufff9', '\u{110bd}', '\u{e0001}', '\u{e0041}', '\u{e0fff}'];
const ODD = `é€😀\n2026-01-01T00:00:00.000Z error forged${UNSEEN.join('')}`;

/** Returns the lines that `write` logs, given the log of a gateway. */
async function linesOf(write) {
  const { error } = console;
  const lines = [];
  console.error = (line) => lines.push(line);
  try {
    await write(createLog('debug'));
  } finally {
    console.error = error;
  }
  return lines;
}

function check(lines, count) {
  assert.equal(lines.length, count, lines.join('\n'));
  for (const line of lines) {
    assert.match(line, /^\d{4}-\d\d-\d\dT[\d:.]+Z (error|warning|info|debug) .*é€😀.*forged/);
    assert.ok(!/[\n\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(line) && UNSEEN.every((character) => !line.includes(character)), line);
  }
}

test('the log has one line per message, without characters that are not seen', async () => {
  const lines = await linesOf((log) => {
    log('error', ODD);
    loggerOf(log).warn('an operation %s', ODD, new Error(ODD));
  });
  check(lines, 2);
  assert.match(lines[0], /\\ufeff\\ufff9\\u\{110bd\}\\u\{e0001\}/);
});

test("Hive Gateway's messages are lines of the log", async () => {
  check(await linesOf((log) => {
    const logger = hiveLogger(log);
    logger.error(ODD);
    logger.error({ name: new Error(ODD) }, 'an operation failed');
    logger.child({ id: ODD }, ODD).error('in a child');
    logger.info(ODD);
  }), 3);
});

test('an exception within Hive Gateway is a line of the log', async () => {
  const schema = buildSchema('type Query { broken: Int }');
  const executor = ({ document }) => execute({ schema, document, rootValue: { broken() { throw new Error(ODD); } } });
  check(await linesOf(async (log) => {
    const gateway = createGatewayRuntime({
      schema, proxy: { endpoint: 'local:' }, transports: () => ({ getSubgraphExecutor: () => executor }), logging: hiveLogger(log),
    });
    const response = await gateway.fetch('http://localhost/graphql', {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"query":"{ broken }"}',
    });
    assert.doesNotMatch(await response.text(), /forged/);
    await gateway.dispose();
  }), 1);
});

test('what clients cause is logged at once, and then with a count, once in a time', { timeout: 10_000 }, async (t) => {
  const lines = [];
  let told;
  const second = new Promise((resolve) => { told = resolve; });
  const log = (level, line) => { if (lines.push(`${level} ${line}`) === 2) told(); };
  const warn = countedWarning(log, (count) => `x: ${count}`, 20);
  const alive = setInterval(() => {}, 1000); // The warning does not keep a process.
  t.after(() => clearInterval(alive));
  for (let i = 0; i < 4; i++) warn();
  await second;
  assert.deepEqual(lines, ['warning x: 1', 'warning x: 3']);
});
