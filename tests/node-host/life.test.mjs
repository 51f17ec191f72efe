// SPDX-License-Identifier: MIT
// Loading, closing and the end of the process.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ACTOR, ask, assertAllThere, Bench, create, dataOf, loadPlugins } from './support.mjs';

const SCRIPT = fileURLToPath(new URL('script.mjs', import.meta.url));
const PATIENCE = 20_000; // Milliseconds; a build with sanitizers starts slowly.

/** Runs script.mjs. Returns its output and the time from its last output to its end. */
async function run(bench, how) {
  const child = spawn(process.execPath, [SCRIPT, how, bench.plugins, JSON.stringify(bench.settings)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  let output = '';
  let last;
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
    last = performance.now();
  });
  const [code, signal] = await once(child, 'close');
  clearTimeout(timer);
  return { code, signal, lines: output.trim().split('\n').map((line) => JSON.parse(line)), ending: performance.now() - last };
}

test('after close the process ends by itself, with no handle of the package left', async (t) => {
  const { code, signal, lines, ending } = await run(new Bench(t, 'integrations', 'workshop'), 'close');
  assert.deepEqual([code, signal], [0, null]);
  assert.equal(lines[0].data.integrationCreate.integration.title, 'A');
  assert.equal(lines[1].data.integrations.total.count, 1);
  assert.deepEqual(lines[2].left, []);
  assert.ok(ending < 2000, `it took ${ending} ms to end`);
});

test('a process that does not close ends by itself as well', async (t) => {
  const { code, lines } = await run(new Bench(t, 'integrations', 'workshop'), 'leave');
  assert.equal(code, 0);
  assert.equal(lines.length, 2);
});

test('an answer that is awaited keeps the process alive', async (t) => {
  const { code, lines } = await run(new Bench(t, 'integrations', 'workshop'), 'wait');
  assert.equal(code, 0);
  assert.deepEqual(lines.at(-1), { data: { slow: true } });
});

test('process.exit in the middle of calls', async (t) => {
  const bench = new Bench(t, 'integrations', 'workshop');
  const { code, lines } = await run(bench, 'exit');
  assert.equal(code, 3);
  assert.ok(lines.length > 0);
  await assertAllThere(bench, lines.map(({ created }) => created));
});

test('close completes the calls under way, rejects later ones, and may be called twice', async (t) => {
  const plugins = await new Bench(t, 'integrations', 'workshop').load();
  const slow = dataOf(plugins, '{ slow(milliseconds: 300) }');
  const creates = Promise.all(Array.from({ length: 20 }, (_, i) => create(plugins, `T${i}`)));
  const closed = plugins.close();
  const late = await ask(plugins, '{ gadget(id: "gadget:1") { id } }');
  assert.equal(late.errors[0].extensions.code, 'SERVICE_UNAVAILABLE');
  assert.deepEqual(await slow, { slow: true });
  assert.equal(new Set(await creates).size, 20);
  await Promise.all([closed, plugins.close()]);
  const after = await ask(plugins, '{ integrations(organizationId: "acme") { nodes { id } } }');
  assert.equal(after.errors[0].extensions.code, 'SERVICE_UNAVAILABLE');
});

test('plugins are loaded and closed many times, side by side', async (t) => {
  const bench = new Bench(t, 'integrations', 'workshop');
  for (let round = 0; round < 10; round++) {
    const both = await Promise.all([loadPlugins(bench.plugins, { settings: bench.settings }), loadPlugins(bench.plugins, { settings: bench.settings })]);
    await create(both[0], `A${round}`);
    assert.equal((await dataOf(both[1], '{ integrations(organizationId: "acme") { total { count } } }')).integrations.total.count, round + 1);
    await Promise.all(both.map((plugins) => plugins.close()));
  }
});

test('each has its own log', async (t) => {
  const bench = new Bench(t, 'integrations', 'workshop');
  const logs = [[], [], []];
  const load = (i, logLevel = 'warning') => bench.load({ log: (...line) => logs[i].push(line), logLevel });
  const one = await load(0); // Makes the database: two that do so at once may warn.
  const [two, quiet] = await Promise.all([load(1), load(2, 'error')]);
  const contextOf = (plugins, traceId) => ({ pluginRequest: plugins.request({ actor: ACTOR, traceId }) });
  const say = (plugins, text, traceId) => plugins.schema.getQueryType().getFields().say.resolve(undefined, { text }, contextOf(plugins, traceId),
    { fieldNodes: [{}], fragments: {}, variableValues: {}, operation: { selectionSet: { selections: [] } } });
  say(one, 'first', '0af7651916cd43dd8448eb211c80319c');
  say(two, 'second', null);
  say(quiet, 'third', null);
  await Promise.all([one, two, quiet].map((plugins) => plugins.close()));
  assert.deepEqual(logs, [[['warning', 'first', '0af7651916cd43dd8448eb211c80319c']], [['warning', 'second', null]], []]);
});

test('a log that throws causes an uncaught exception and delays no answer', async (t) => {
  const { code, lines } = await run(new Bench(t, 'integrations', 'workshop'), 'bad log');
  assert.equal(code, 0);
  assert.deepEqual(lines, [{ uncaught: 'a bad log' }, { data: { say: true, slow: true } }]);
});

test('a plugin that is overwritten in place serves on, and the new version is loaded beside it', async (t) => {
  const bench = new Bench(t);
  const file = join(bench.plugins, 'integrations.so');
  const former = readFileSync(file);
  rmSync(file);
  writeFileSync(file, former);
  const plugins = await bench.load();
  const ids = [await create(plugins, 'before')];
  writeFileSync(file, Buffer.alloc(former.length)); // As `cp` does: the file keeps its inode.
  ids.push(await create(plugins, 'after'));
  await assert.rejects(bench.load(), /refused: not a plugin: not an ELF file/);
  writeFileSync(file, former);
  await assertAllThere(bench, ids);
});
