// SPDX-License-Identifier: MIT
// The logs of the gateways quote what clients send: it must not forge a line or steer a terminal.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countRepeats, loggerOf, logOf } from '../../examples/demo-host/log.js';
import { countedWarning, tellCounts } from '../../examples/demo-host/throttle.js';
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

/** Resolves when `log` has got so many lines. */
function collector(count) {
  const lines = [];
  let told;
  const full = new Promise((resolve) => { told = resolve; });
  return { lines, full, log: (level, line) => { if (lines.push(`${level} ${line}`) === count) told(); } };
}

/** A process that waits for a count stays alive only by this. */
function stayAlive(t) {
  const alive = setInterval(() => {}, 1000);
  t.after(() => clearInterval(alive));
}

test('what clients cause is logged at once, and then with a count, once in a time', { timeout: 10_000 }, async (t) => {
  const { lines, full, log } = collector(2);
  const warn = countedWarning(log, (count) => `x: ${count}`, 20);
  stayAlive(t);
  for (let i = 0; i < 4; i++) warn();
  await full;
  assert.deepEqual(lines, ['warning x: 1', 'warning x: 3']);
});

test('a GraphQL server that logs exceptions without end does not fill the disk', { timeout: 10_000 }, async (t) => {
  const { lines, full, log } = collector(52);
  const logger = loggerOf(log, { most: 50, quiet: 20 });
  stayAlive(t);
  for (let i = 0; i < 100; i++) logger.error(new Error(`e${i}`));
  logger.warn('w');
  assert.equal(lines.length, 50);
  assert.match(lines[49], /^error Error: e49/);
  logger.debug('d');
  assert.equal(lines[50], 'debug d');
  await full;
  assert.equal(lines[51], 'warning messages of the GraphQL server that were not logged: 51 in the last 0.02 s');
});

test('errors and warnings that repeat are counted, each for itself; when the process ends, at once', () => {
  const lines = [];
  const log = countRepeats((level, line) => lines.push(`${level} ${line}`), { most: 2, quiet: 60_000 });
  for (let i = 0; i < 10; i++) {
    log('error', 'disk full');
    log('warning', 'slow');
    log('info', 'fine');
  }
  log('error', 'another');
  assert.equal(lines.filter((line) => line === 'info fine').length, 10);
  assert.deepEqual(lines.filter((line) => line !== 'info fine'), ['error disk full', 'warning slow', 'error disk full', 'warning slow', 'error another']);
  tellCounts();
  assert.deepEqual(lines.slice(-2), ['error 8 more in the last 60 s: disk full', 'warning 8 more in the last 60 s: slow']);
});

test('lines that never repeat are all logged, however many there are', () => {
  const lines = [];
  const log = countRepeats((level, line) => lines.push(line), { most: 1, quiet: 60_000 });
  for (let i = 0; i < 3000; i++) log('error', `${i}`);
  assert.equal(lines.length, 3000);
  tellCounts();
  assert.equal(lines.length, 3000);
});

const SECRETS = {
  jwt: ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl', 'eyJzdWIi', 'c2lnbmF0'],
  paseto: ['v4.public.eyJzdWIiOiJ4In0c2lnbmF0dXJl.Zm9vdGVy', 'eyJzdWIi', 'Zm9vd'],
  local: ['v4.local.c2VjcmV0LXNlY3JldA', 'c2VjcmV0'],
  bearer: ['authorization: Bearer opaque-0123456789=', 'opaque-0123'],
  webhook: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'MfKQ9r8G'],
  signing: ['whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'MfKQ9r8G'],
  url: ['postgres://gateway:hush@db.example/integrations', 'hush'],
};

test('a secret that a message quotes is not written', async () => {
  for (const [name, [text, ...parts]] of Object.entries(SECRETS)) {
    const [line] = await linesOf(() => logOf({ logLevel: 'info', logFormat: 'text' })('error', `before ${name} "${text}" after`));
    for (const part of parts) assert.ok(!line.includes(part), line);
    assert.match(line, new RegExp(`before ${name} .* after$`));
  }
  const [plain] = await linesOf(() => logOf({ logLevel: 'info', logFormat: 'text' })('info', 'https://a:80/b?c=d v1.2.3 e@f /v4.public/g'));
  assert.ok(plain.endsWith('https://a:80/b?c=d v1.2.3 e@f /v4.public/g'), plain);
});

test('a message made to be searched for secrets at length is searched at once', async () => {
  const near = ['eyJ-', 'eyJa.', 'v4.public.', 'Bearer ', 'whsec_', '://a:'].map((part) => part.repeat(200_000));
  for (const message of near) assert.equal((await linesOf(() => logOf({ logLevel: 'info', logFormat: 'text' })('error', message))).length, 1);
});
