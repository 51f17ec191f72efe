// SPDX-License-Identifier: MIT
// The log of a gateway that runs: JSON for programs, text for people, with the trace of the request, without secrets.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Sandbox } from './harness.mjs';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const TRACEPARENT = `00-${TRACE_ID}-b7ad6b7169203331-01`;
const CREATE = 'mutation($input: IntegrationCreateInput!) { integrationCreate(input: $input) { integration { id } } }';
const LEVELS = ['error', 'warning', 'info', 'debug'];

let sandbox;

before(() => { sandbox = new Sandbox(); });
after(() => sandbox?.remove());

/** Starts a gateway, runs the body, stops the gateway, and returns the lines of its log. */
async function logOf(change, body = () => {}) {
  const gateway = await sandbox.start(change);
  try {
    assert.ok(gateway.url, gateway.log);
    await body(gateway);
  } finally {
    await gateway.stop();
  }
  return gateway.log.trimEnd().split('\n');
}

/** Who may do nothing is refused, which the plugin logs. */
async function refused(gateway) {
  const authorization = `Bearer ${await sandbox.jwt({ sub: 'mallory', grants: [] })}`;
  const { errors } = await gateway.query(CREATE, { input: { organizationId: 'acme', title: 'x' } }, { authorization, traceparent: TRACEPARENT });
  assert.equal(errors[0].extensions.code, 'PERMISSION_DENIED');
  return authorization;
}

test('each line is an object with level, time and message; those of a request have its trace', async () => {
  const lines = (await logOf(undefined, refused)).map((line) => JSON.parse(line));
  for (const { level, time, msg } of lines) {
    assert.ok(LEVELS.includes(level), level);
    assert.match(time, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    assert.equal(typeof msg, 'string');
  }
  assert.deepEqual(lines.filter((line) => line.trace_id).map((line) => [line.trace_id, line.msg.includes('mallory')]), [[TRACE_ID, true]]);
  assert.equal(lines.at(-1).msg, 'stopped');
});

test('as text, a line has the same', async () => {
  const lines = await logOf((config) => { config.logFormat = 'text'; }, refused);
  for (const line of lines) assert.match(line, /^\d{4}-\d\d-\d\dT[\d:.]+Z (error|warning|info|debug) \S/);
  assert.equal(lines.filter((line) => line.includes('mallory') && line.endsWith(` trace=${TRACE_ID}`)).length, 1, lines.join('\n'));
});

test('the commands of the page for operators find what it says', async () => {
  const page = readFileSync(new URL('../../examples/operating.md', import.meta.url), 'utf8');
  const commands = /\n## Logs\n[^]*?```sh\n([^]*?)```/.exec(page)[1].trim().split('\n');
  writeFileSync(sandbox.path('gateway.log'), `${(await logOf(undefined, refused)).join('\n')}\n`);
  for (const command of commands) {
    const found = execFileSync('sh', ['-c', command], { cwd: sandbox.folder, encoding: 'utf8' });
    assert.ok(found.split('\n').some((line) => line.includes('mallory')), command);
  }
  assert.equal(commands.length, 3);
});

/** Until something holds, for as long as a test has. */
async function until(holds) {
  while (!await holds()) await new Promise((resolve) => { setTimeout(resolve, 10); });
}

test('level and format change with SIGHUP, also of what serves already', { timeout: 60_000 }, async () => {
  const events = '{ auditEvents(organizationId: "acme", first: 1) { nodes { id } } }';
  const lines = await logOf(undefined, async (gateway) => {
    sandbox.writeConfig((config) => Object.assign(config, { logLevel: 'error', logFormat: 'text', auditEvents: true }));
    gateway.child.kill('SIGHUP');
    await until(async () => !(await gateway.query(events)).errors);
    await refused(gateway);
    sandbox.writeConfig((config) => { config.prot = 1; });
    gateway.child.kill('SIGHUP');
    await until(() => gateway.log.includes('nothing has changed'));
  });
  const text = lines.filter((line) => !line.startsWith('{'));
  assert.equal(text.length, 1, lines.join('\n'));
  assert.match(text[0], /^\S+Z error SIGHUP: nothing has changed: .*prot/);
});

test('no token of a client or an integration is logged', async () => {
  const secrets = [];
  const keep = (token) => {
    secrets.push(token.slice(0, 60), token.slice(-20), token.slice(-60, -30));
    return token;
  };
  const lines = await logOf((config) => { config.logLevel = 'debug'; }, async (gateway) => {
    keep(await refused(gateway));
    const good = keep(sandbox.vault.issue('acme'));
    await gateway.create('acme', 'x', { credentialRef: good });
    const headers = { authorization: `Bearer ${keep(await sandbox.jwt({ sub: 'x' }, { secret: 'another'.repeat(10) }))}` };
    assert.equal((await gateway.post({ query: '{ __typename }' }, headers)).status, 401);
    for (const credentialRef of [keep(sandbox.vault.issue('globex')), keep(good.slice(0, -4)), keep(good.replace('v4.public', 'v4.local'))]) {
      const { errors } = await gateway.query(CREATE, { input: { organizationId: 'acme', title: 'x', credentialRef } });
      assert.equal(errors.length, 1);
    }
    const { errors } = await gateway.query(CREATE, { input: { organizationId: 'acme', title: 'x', [good]: good } });
    assert.equal(errors.length, 1);
  });
  for (const line of lines) for (const secret of secrets) assert.ok(!line.includes(secret), line);
});
