// SPDX-License-Identifier: MIT
// Each failure that the guide names is made, and seen in health, metrics and log in the words of the guide.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { Prometheus } from '../../examples/demo-host/prometheus.js';
import { databaseBelow, holdLock, runSql, startServer } from '../conformance/runner/database.mjs';
import { plainEnvironment } from '../support-js/paths.mjs';
import { Vault } from '../support-js/vault.mjs';
import { ask, Bench, root } from './support.mjs';

const PATIENCE = 30_000; // Milliseconds for what must happen.

/** The rows of the guide. */
const ROWS = [...readFileSync(join(root, 'examples/operating.md'), 'utf8').matchAll(/^\| “(.+?)” \| (degraded|failed) \| `(.+?)` \| “(.+?)” \| .+ \|$/gm)]
  .map(([, reason, status, metric, log]) => ({ reason, status, metric, log }));

const file = ({ folder }) => join(folder, 'integrations.db');
const rootOf = ({ folder }) => join(folder, 'root');

function overwrite(path, offset) {
  const opened = openSync(path, 'r+');
  writeSync(opened, randomBytes(4096), 0, 4096, offset);
  closeSync(opened);
}

function useFile(bench) {
  return { database: { path: file(bench), busyTimeoutMilliseconds: 1000 } };
}

function useRoot(bench) {
  mkdirSync(rootOf(bench));
  return { database: { root: rootOf(bench) } };
}

function useKeyring(bench) {
  bench.vault = new Vault(bench.folder);
  bench.vault.keygen();
  return { ...useFile(bench), credentials: { keyring: bench.vault.keyring } };
}

async function useServer(bench) {
  const { url, end } = await startServer('failures');
  bench.undo = end;
  bench.query = (...statements) => execFileSync('psql', ['-qX', `${url}postgres`, ...statements.flatMap((each) => ['-c', each])], { stdio: ['ignore', 'ignore', 'inherit'], env: plainEnvironment });
  return { database: { url: `${url}failures`, migrate: true } };
}

const END_SESSIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'failures'";

/** By the reason of the guide: `settings` (default: of one file), and what breaks. `undo` of the bench is called at the end. */
const FAULTS = {
  'The database was moved, removed or replaced': { fault: (bench) => renameSync(file(bench), `${file(bench)}.away`) },
  "The database's -wal or -shm was removed or replaced": { fault: (bench) => rmSync(`${file(bench)}-wal`) },
  "The database's -wal is shorter than what was written to it": { fault: (bench) => truncateSync(`${file(bench)}-wal`, 100) },
  'The database is shorter than what was written to it': {
    async fault(bench) {
      await runSql(file(bench), 'PRAGMA wal_checkpoint(TRUNCATE)');
      truncateSync(file(bench), 4096);
    },
  },
  'The database was overwritten while it is in use': { fault: (bench) => overwrite(file(bench), 4096) },
  'The database has schema version': { fault: (bench) => runSql(file(bench), "PRAGMA user_version = 99; DELETE FROM setting WHERE name = 'oldest_reader'") },
  'The database belongs to the organization': { fault: (bench) => runSql(file(bench), "INSERT INTO setting VALUES ('owner', CAST('globex' AS BLOB))") },
  'The database is ordered by': { fault: (bench) => runSql(file(bench), "UPDATE setting SET value = CAST('icu 1' AS BLOB) WHERE name = 'collation'") },
  'The database is damaged': { fault: (bench) => runSql(file(bench), 'PRAGMA ignore_check_constraints = 1; UPDATE organization SET active = -1') },
  "The database's schema was changed": {
    async fault(bench) {
      await runSql(file(bench), 'DROP TRIGGER integration_counted');
      await bench.again();
    },
  },
  'rejected in a row': { async fault(bench) { bench.undo = await holdLock(file(bench)); } },
  'Every change with a token is rejected': {
    settings: useKeyring,
    fault({ vault: { keyring } }) {
      rmSync(keyring);
      symlinkSync('keyring.json', keyring); // To itself.
    },
  },
  'The previous keyring stays in use': { settings: useKeyring, fault: ({ vault: { keyring } }) => writeFileSync(keyring, 'no keyring') },
  'was moved, or is not mounted': { settings: useRoot, fault: (bench) => renameSync(rootOf(bench), `${rootOf(bench)}.away`) },
  "can't be served": {
    settings: useRoot,
    fault(bench) {
      mkdirSync(join(rootOf(bench), '7b/acme'), { recursive: true });
      writeFileSync(join(rootOf(bench), '7b/acme/integrations.db'), randomBytes(8192), { mode: 0o600 });
    },
    early: true,
  },
  "organization 'acme': ": { settings: useRoot, fault: (bench) => renameSync(databaseBelow(rootOf(bench), 'acme'), join(rootOf(bench), 'away')) },
  'The server is read-only': {
    settings: useServer,
    fault: ({ query }) => query('ALTER DATABASE failures SET default_transaction_read_only = on', END_SESSIONS),
  },
  'another database of this plugin than before': {
    settings: useServer,
    fault: ({ query }) => query('DROP DATABASE failures WITH (FORCE)', 'CREATE DATABASE failures'),
  },
  'connection to server': { settings: useServer, async fault(bench) { await bench.undo(); bench.undo = undefined; } },
};

/** Reads and changes, with a token and without; what becomes of them shows elsewhere. */
function call(plugins) {
  const create = (more = '') => ask(plugins, `mutation { integrationCreate(input: { organizationId: "acme", title: "x"${more} }) { integration { id } } }`);
  return Promise.all([create(', credentialRef: "v4.public.x"'), create(), create(), ask(plugins, '{ integrations(organizationId: "acme") { nodes { id } } }')]);
}

/** The value of a series whose labels are among those of a line, or 0. */
function valueOf(text, series) {
  const [, name, label = ''] = /^(\w+)(?:\{(.+)\})?$/.exec(series);
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) && line.includes(label));
  return Math.max(0, ...lines.map((line) => Number(line.split(' ').at(-1))));
}

for (const { reason, status, metric, log } of ROWS.filter((row) => row.reason in FAULTS)) {
  test(`${status}: ${reason}`, { timeout: 2 * PATIENCE }, async (t) => {
    const { settings = useFile, fault, early = false } = FAULTS[reason];
    const bench = new Bench(t);
    const lines = [];
    const config = await settings(bench);
    const load = () => bench.load({ settings: { 'integrations.so': { required: true, config } }, log: (level, message) => lines.push(message) });
    let plugins = await load();
    bench.again = async () => {
      await plugins.close();
      plugins = await load();
    };
    const count = async () => valueOf(await new Prometheus(() => plugins.metrics()).write(), metric);
    t.after(() => bench.undo?.());
    if (!early) await call(plugins);
    const before = metric.includes('_total') || metric.includes('_count') ? await count() : 0;
    await fault(bench);
    let state;
    for (const end = Date.now() + PATIENCE; Date.now() < end;) {
      await call(plugins);
      [state] = plugins.health();
      if (state.reason.includes(reason) && state.status === status) break;
      await setTimeout(50);
    }
    assert.ok(state.reason.includes(reason), state.reason);
    assert.equal(state.status, status);
    assert.ok(await count() > before, `${metric} rises`);
    assert.ok(lines.some((line) => line.includes(log)), lines.join('\n'));
  });
}

test('what is made here is in the guide', () => {
  assert.deepEqual(Object.keys(FAULTS).filter((reason) => !ROWS.some((row) => row.reason === reason)), []);
});
