// SPDX-License-Identifier: MIT
// Other versions of the plugin, good and bad, take their places one after the other while clients go on.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { eventsOf } from '../support-js/trail.mjs';
import { build, plugin, Sandbox } from './harness.mjs';
import { Client, FAILED, reload, until } from './reloading.mjs';
import { allOf, Worker } from './worker.mjs';

const UPGRADES = Number(process.env.UPGRADES ?? 0);
const CLIENTS = 8;
const HEAP = '--max-old-space-size=64'; // MiB. JavaScript leaves its garbage for long otherwise.
const MEMORY = 16; // MiB by which two thirds of many exchanges may grow.

const built = (name) => readFileSync(join(build, `tests/plugin/newer/integrations_${name}.so`));
const own = readFileSync(plugin);
const newer = built('newer');

/** Each is [the file's content, why it is refused; or undefined and whether it has the new field]. */
const STEPS = [
  [newer, undefined, true],
  ['no plugin', /not a plugin: not an ELF file/],
  [own, undefined, false],
  [newer.subarray(0, newer.length / 2), /integrations\.so was refused: /],
  ['', /integrations\.so was refused: .*is empty/],
  [built('newer_abi'), /ABI/],
  [built('newer_init_fails'), /a device is missing/],
  [built('newer_setting'), /region/],
  [built('newer_field_taken'), /Query\.me/],
];
const ONCE = [
  [built('newer_resident'), undefined, true],
  [built('newer_migration_fails'), /CHECK constraint failed/],
  [built('newer_adds'), undefined, true],
  [own, undefined, false],
];

let sandbox;
let file;

before(() => {
  sandbox = new Sandbox();
  file = sandbox.path('plugins/integrations.so');
});

after(() => sandbox.remove());

/** Those of the steps, then the same again and again. */
function stepOf(i) {
  const all = [...STEPS, ...ONCE];
  return all[i] ?? STEPS[(i - all.length) % STEPS.length];
}

/** The copies of the plugin that are mapped. */
function mappedBy({ pid }) {
  const lines = readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n').filter((line) => line.includes('integrations.so'));
  return new Set(lines.map((line) => line.trim().split(/\s+/)[4])).size;
}

function filesOf({ pid }) {
  return readdirSync(`/proc/${pid}/fd`).length;
}

function memoryOf({ pid }) {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
}

/**
 * Runs `body(gateway, workers, probe)`, and clients meanwhile. Then the database holds what was acknowledged, and
 * nothing else. Returns the errors of clients.
 */
async function underLoad(database, body) {
  rmSync(file, { force: true }); // A link. Then it is overwritten in place.
  writeFileSync(file, own);
  const gateway = await sandbox.start((_, settings) => { settings.database.path = database; }, HEAP);
  const state = { ended: false };
  const workers = Array.from({ length: CLIENTS }, (_, i) => new Worker(gateway.url, `client ${i}`));
  const runs = workers.map((worker) => worker.run(state));
  const probe = new Client(gateway.url);
  try {
    await body(gateway, workers, probe);
    state.ended = true;
    await Promise.all(runs);
    assert.deepEqual(new Map([...await allOf(probe)].sort()), new Map(workers.flatMap(({ stored }) => [...stored]).sort()));
  } finally {
    state.ended = true;
    probe.close();
    assert.deepEqual(await gateway.stop(), { code: 0, signal: null });
  }
  assert.deepEqual(workers.map(({ connections }) => connections.size), Array(CLIENTS).fill(1));
  assert.equal(eventsOf(database).length, changesOf(workers));
  assert.ok(!gateway.log.includes('does not close'), gateway.log);
  return workers.flatMap(({ errors }) => errors);
}

/** What the process used after each exchange must not grow, after the first few. */
function checkUse(used) {
  const first = used.slice(2, 2 + Math.ceil(used.length / 3));
  const last = used.slice(-Math.ceil(used.length / 3));
  const [most, least] = [Math.max, Math.min].map((choose) => (uses, what) => choose(...uses.map((use) => use[what])));
  assert.ok(least(last, 'files') <= most(first, 'files'), JSON.stringify(used));
  if (UPGRADES >= 50) assert.ok(least(last, 'memory') <= most(first, 'memory') + MEMORY, JSON.stringify(used));
}

function changesOf(workers) {
  return workers.reduce((sum, { changes }) => sum + changes, 0);
}

test('versions are exchanged under load: nothing fails, is lost, or is done twice', async () => {
  const used = [];
  const errors = await underLoad(sandbox.path('upgrades.db'), async (gateway, workers, probe) => {
    let current = false;
    for (let i = 0; i < Math.max(UPGRADES, STEPS.length + ONCE.length); i++) {
      const [content, refused, hasField] = stepOf(i);
      const goal = changesOf(workers) + CLIENTS;
      await until(() => changesOf(workers) >= goal, () => 'the answers of clients');
      writeFileSync(file, content);
      const said = await reload(gateway);
      if (refused) assert.match(said.split(FAILED)[1] ?? said, refused);
      else assert.ok(!said.includes(FAILED), said);
      current = hasField ?? current;
      assert.equal((await probe.post('{ integrationsVersion }')).data !== undefined, current);
      used.push({ mapped: mappedBy(gateway.child), files: filesOf(gateway.child), memory: memoryOf(gateway.child) });
    }
    await until(() => mappedBy(gateway.child) === 2, () => `the end of other versions than the one that serves and the resident one; ${mappedBy(gateway.child)}`);
  });
  assert.deepEqual(errors, []);
  checkUse(used);
});

test('a version that shuts out the one before: calls in between are rejected, and there is no way back', async () => {
  const errors = await underLoad(sandbox.path('shut-out.db'), async (gateway, workers, probe) => {
    writeFileSync(file, built('newer_shuts_out'));
    const said = await reload(gateway);
    assert.ok(!said.includes(FAILED), said);
    writeFileSync(file, own);
    assert.match((await reload(gateway)).split(FAILED)[1] ?? '', /has schema version \d+, which a plugin that supports version \d+ or later may use; this one supports up to/);
    assert.deepEqual(Object.keys(await probe.data('{ integrationsVersion }')), ['integrationsVersion']);
  });
  for (const { message } of errors) assert.match(message, /"code":"SERVICE_UNAVAILABLE"(?!.*"outcome")/);
});
