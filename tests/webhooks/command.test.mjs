// SPDX-License-Identifier: MIT
// The operator's command, beside a gateway that runs.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { readSigners } from '../../examples/demo-host/webhooks/keys.js';
import { root } from '../support-js/paths.mjs';
import { Desk, eventOf, Receiver, settle, until } from './support.mjs';

const COMMAND = join(root, 'examples/demo-host/webhooks/command.js');
const LOOK = 2000; // Milliseconds, as in the sources.
let desk;
let receiver;

beforeEach(async () => {
  desk = new Desk();
  receiver = await new Receiver().listen();
});
afterEach(async () => {
  await desk.close();
  await receiver.close();
});

/** Runs the command. Returns {status, out, err}. */
function run(...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], { encoding: 'utf8', cwd: desk.folder });
  return { status, out: stdout, err: stderr };
}

/** Starts webhooks, and has each event become a dead letter. Returns the arguments that name the configuration. */
async function start(...events) {
  const settings = desk.settings([receiver.url, `${receiver.url}2`], ({ retries }) => { retries.attempts = 1; });
  writeFileSync(desk.path('gateway.json'), JSON.stringify({ plugins: { folder: 'plugins' }, webhooks: settings }));
  receiver.answer = (req, res) => res.writeHead(500).end();
  desk.start(settings);
  desk.events.add(...events);
  await until(() => desk.lines.filter((line) => line.includes('is a dead letter')).length === 2 * events.length);
  receiver.got = [];
  return ['--config', desk.path('gateway.json')];
}

/** Waits for the next look at what was marked, and for its end. */
async function redelivered(lines) {
  await desk.time.pass(LOOK);
  await until(() => desk.lines.filter((line) => /is delivered|stays a dead letter|is dropped/.test(line)).length === lines);
  await settle();
}

test('keygen makes keys that sign, in files of their own', () => {
  for (const [args, form, key] of [[[], /^whpk_[\w+/]{43}=\n$/, 'a'], [['--hmac'], /^b: the receiver gets what it holds\n$/, 'b']]) {
    const { status, out, err } = run('keygen', '--to', key, ...args);
    assert.deepEqual([status, err], [0, '']);
    assert.match(out, form);
    assert.equal(statSync(desk.path(key)).mode & 0o777, 0o600);
    assert.match(readSigners([desk.path(key)], 'x')('m', 1, ''), key === 'a' ? /^v1a,/ : /^v1,/);
    const before = readFileSync(desk.path(key), 'utf8');
    assert.ok(!out.includes(before.trim()));
    assert.deepEqual(run('public', '--key', key), { status: 0, out, err: '' });
    assert.match(run('keygen', '--to', key, ...args).err, /^webhooks: '[ab]' is there already, and no key is replaced; name another file\n$/);
    assert.equal(readFileSync(desk.path(key), 'utf8'), before);
  }
});

test('dead letters are listed, by what they have', async () => {
  const config = await start(eventOf('acme', 1), eventOf('globex', 1));
  const { status, out } = run('list', ...config);
  assert.equal(status, 1);
  assert.equal(out.trim().split('\n').length, 4);
  assert.match(out, /^2026-11-27T08:00:00\.000Z {2}a {2}acme {2}acme-1 {2}integration\.created {2}1 attempts: status 500$/m);
  const json = run('list', ...config, '--json', '--organization', 'globex', '--endpoint', 'b');
  assert.deepEqual(JSON.parse(json.out), { ...JSON.parse(json.out), endpoint: 'b', organizationId: 'globex', id: 'globex-1', reason: 'status 500' });
  assert.ok(!json.out.includes('title'));
  assert.deepEqual(run('list', ...config, '--id', 'acme-2'), { status: 0, out: '', err: '' });
});

test('an ID that clients have chosen forges no line, and steers no terminal', async () => {
  const id = 'a\u001b[31m\nb\u009b\u202e\u2028\u{e0041}c';
  const config = await start(eventOf(id, 1, { id: 'event-1' }));
  const [line, ...more] = run('list', ...config, '--endpoint', 'a').out.split('\n');
  assert.deepEqual(more, ['']);
  assert.ok(line.includes('  a\\u001b[31m\\u000ab\\u009b\\u202e\\u2028\\udb40\\udc41c  '), line);
  const json = run('list', ...config, '--endpoint', 'a', '--json').out;
  assert.match(json, /^[ -~]+\n$/);
  assert.equal(JSON.parse(json).organizationId, id);
});

test('redeliver: what is taken is a dead letter no more; the others stay', async () => {
  const config = await start(eventOf('acme', 1), eventOf('acme', 2), eventOf('globex', 1));
  receiver.answer = (req, res, { data }) => res.writeHead(data.id === 'acme-2' ? 503 : 200).end();
  assert.deepEqual(run('redeliver', ...config, '--organization', 'acme', '--endpoint', 'a'), { status: 0, out: '2 dead letters will be posted again\n', err: '' });
  await redelivered(2);
  assert.deepEqual(receiver.ids.sort(), ['acme-1', 'acme-2']);
  assert.ok(desk.lines.includes('info webhooks: a: acme-1 of acme was a dead letter, and is delivered'));
  assert.ok(desk.lines.includes('error webhooks: a: acme-2 of acme stays a dead letter: status 503'));
  const left = () => run('list', ...config, '--json').out.trim().split('\n').map((line) => JSON.parse(line)).map(({ endpoint, id }) => `${endpoint} ${id}`).sort();
  assert.deepEqual(left(), ['a acme-2', 'a globex-1', 'b acme-1', 'b acme-2', 'b globex-1']);
  desk.events.forget('globex-1');
  assert.equal(run('redeliver', ...config, '--all').status, 0);
  await redelivered(7);
  assert.deepEqual(left(), ['a acme-2', 'b acme-2']);
  assert.ok(desk.lines.some((line) => line.endsWith('b: globex-1 of globex is dropped: its event is not there any more')));
});

test('forget removes the dead letters of one organization, also those that are to be posted again', async () => {
  const config = await start(eventOf('acme', 1), eventOf('globex', 1));
  run('redeliver', ...config, '--organization', 'acme', '--endpoint', 'a');
  assert.deepEqual(run('forget', ...config, '--organization', 'acme'), { status: 0, out: '2 dead letters removed\n', err: '' });
  assert.deepEqual(readdirSync(desk.path('state/again')), []);
  const { out } = run('list', ...config);
  assert.ok(!out.includes('acme') && out.includes('globex-1'));
  await desk.time.pass(LOOK);
  await settle();
  assert.deepEqual(receiver.got, []);
});

test('a disabled endpoint is listed, and enabled', async () => {
  const config = await start();
  receiver.answer = (req, res) => res.writeHead(410).end();
  desk.events.add(eventOf('acme', 1));
  await until(() => desk.lines.filter((line) => line.includes('disabled')).length === 2);
  assert.deepEqual(run('list', ...config, '--endpoint', 'b'), { status: 1, out: 'disabled  b\n', err: '' });
  assert.deepEqual(run('list', ...config, '--json', '--endpoint', 'b').out, '{"endpoint":"b","disabled":true}\n');
  assert.deepEqual(run('list', ...config, '--organization', 'acme'), { status: 0, out: '', err: '' });
  receiver.answer = (req, res) => res.end();
  for (const said of ['b is enabled\n', 'b was not disabled\n']) assert.deepEqual(run('enable', ...config, '--endpoint', 'b'), { status: 0, out: said, err: '' });
  await desk.time.pass(LOOK);
  await until(() => desk.events.of('webhooks.b').length === 1);
  assert.deepEqual(desk.events.of('webhooks.a'), []);
});

test('a name that no endpoint has is refused, but not that of one that was removed', async () => {
  const config = await start(eventOf('acme', 1));
  const said = { status: 3, out: '', err: "webhooks: no endpoint has the name 'c'; there are: a, b\n" };
  for (const name of ['list', 'redeliver', 'enable']) assert.deepEqual(run(name, ...config, '--endpoint', 'c'), said, name);
  const [, file] = config;
  const given = JSON.parse(readFileSync(file, 'utf8'));
  delete given.webhooks.endpoints.b;
  writeFileSync(file, JSON.stringify(given));
  assert.equal(run('list', ...config, '--endpoint', 'b').status, 1);
  assert.equal(run('redeliver', ...config, '--endpoint', 'b').out, '1 dead letters will be posted again\n');
});

test('wrong usage, and files that can\'t be used', () => {
  writeFileSync(desk.path('none.json'), '{"plugins":{"folder":"plugins"}}');
  for (const [args, status, said] of [
    [[], 2, /^webhooks: a command is missing; see --help$/],
    [['burn'], 2, /unknown command 'burn'; see --help/],
    [['toString'], 2, /unknown command 'toString'/],
    [['list', 'x', '--config', 'none.json'], 2, /unknown command 'list x'/],
    [['list'], 2, /list needs --config/],
    [['list', '--config', 'none.json', '--to', 'x'], 2, /list does not take --to/],
    [['list', '--colour'], 2, /colour/],
    [['forget', '--config', 'none.json'], 2, /forget needs --organization/],
    [['redeliver', '--config', 'none.json'], 2, /redeliver needs --all, --organization, --endpoint or --id/],
    [['keygen', '--to', 'x', '--config', 'none.json'], 2, /keygen does not take --config/],
    [['list', '--config', 'none.json'], 3, /none\.json: it has no webhooks/],
    [['list', '--config', 'missing.json'], 3, /missing\.json can't be read: ENOENT/],
    [['public', '--key', 'none'], 3, /--key: none can't be used: ENOENT/],
    [['public', '--key', '/dev/null'], 3, /--key: \/dev\/null/],
    [['keygen', '--to', 'nowhere/x'], 3, /'nowhere\/x' can't be written: ENOENT/],
  ]) {
    const { status: actual, out, err } = run(...args);
    assert.deepEqual([actual, out], [status, ''], args.join(' '));
    assert.match(err.trim(), said);
  }
  const help = run('--help');
  assert.deepEqual([help.status, help.err], [0, '']);
  for (const name of ['keygen', 'public', 'list', 'redeliver', 'forget', 'enable']) assert.match(help.out, new RegExp(`^  ${name} --`, 'm'));
});
