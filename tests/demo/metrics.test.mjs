// SPDX-License-Identifier: MIT
// What those who watch the gateway see: metrics for Prometheus, and whether it is ready.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PLUGIN_ID } from '../support-js/sandbox.mjs';
import { Sandbox } from './harness.mjs';

const PAGE = fileURLToPath(new URL('../../plugin/metrics.md', import.meta.url));
const UNITS = { s: '_seconds', By: '_bytes' };
const TYPES = { updowncounter: 'gauge' };

let sandbox;

before(() => { sandbox = new Sandbox(); });
after(() => sandbox?.remove());

/** Starts a gateway with metrics, runs the body, and stops the gateway. */
async function watched(body, settings = {}) {
  let database;
  const gateway = await sandbox.start((config, own) => {
    config.metrics = { port: 0, ...settings };
    database = own.database.path;
  });
  try {
    assert.ok(gateway.url, gateway.log);
    const watch = /metrics at (http:[^\s"]+)/.exec(gateway.log)[1];
    return await body(gateway, (path) => fetch(new URL(path, watch)), database);
  } finally {
    await gateway.stop();
  }
}

/** The lines of a scrape by their name with labels. */
function valuesOf(text) {
  return Object.fromEntries(text.split('\n').filter((line) => /^\w/.test(line)).map((line) => /^(.*) (\S+)$/.exec(line).slice(1)));
}

function rowsOfPage() {
  return [...readFileSync(PAGE, 'utf8').matchAll(/^\| `([\w.]+)` \| (\w+) \| `(.+?)` \| .* \| (.+) \|$/gm)].map(([, name, kind, unit, description]) => {
    const full = `${name.replaceAll('.', '_')}${UNITS[unit] ?? ''}${kind === 'counter' ? '_total' : ''}`;
    return `# HELP ${full} ${description}\n# TYPE ${full} ${TYPES[kind] ?? kind}`;
  });
}

test('/metrics serves every metric of the page, and what was counted', async () => {
  await watched(async (gateway, get) => {
    for (let i = 0; i < 3; i++) await gateway.create('acme', 'a secret title');
    await gateway.query('{ integration(id: "no") { id } }');
    const answer = await get('/metrics');
    assert.equal(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
    const text = await answer.text();
    const own = [...text.matchAll(/^# HELP (?:graphql|db)_.*\n# TYPE .*$/gm)].map(([lines]) => lines);
    assert.deepEqual(own.sort(), rowsOfPage().sort());
    const values = valuesOf(text);
    const labels = (field, more = '') => `{graphql_plugin_id="${PLUGIN_ID}",graphql_field="${field}"${more}}`;
    assert.equal(values[`graphql_plugin_call_duration_seconds_count${labels('Mutation.integrationCreate')}`], '3');
    assert.equal(values[`graphql_plugin_call_duration_seconds_bucket${labels('Mutation.integrationCreate', ',le="+Inf"')}`], '3');
    assert.equal(values[`graphql_plugin_health{graphql_plugin_id="${PLUGIN_ID}"}`], '0');
    assert.ok(Number(values.process_start_time_seconds) > 0);
    assert.ok(!text.includes('secret title') && !text.includes('acme') && !text.includes(sandbox.folder));
  });
});

test('buckets of Prometheus hold those below them', async () => {
  await watched(async (gateway, get) => {
    for (let i = 0; i < 5; i++) await gateway.create('acme', 'x');
    const lines = (await (await get('/metrics')).text()).split('\n').filter((line) => line.startsWith('graphql_plugin_batch_size_bucket'));
    const counts = lines.map((line) => Number(line.split(' ').at(-1)));
    assert.equal(counts.length, 10);
    assert.deepEqual(counts, [...counts].sort((a, b) => a - b));
    assert.equal(counts.at(-1), 5);
  });
});

test('the metrics are at their own address alone, and only if they are configured', async () => {
  await watched(async (gateway, get) => {
    assert.notEqual((await fetch(new URL('/metrics', gateway.url))).status, 200);
    assert.equal((await get('/graphql')).status, 404);
    assert.equal((await get('/')).status, 404);
  });
  const plain = await sandbox.start();
  assert.doesNotMatch(plain.log, /metrics at/);
  await plain.stop();
});

test('the gateway is live and not ready over a database of random bytes, and ready again after it', async () => {
  await watched(async (gateway, get, database) => {
    const states = async () => [
      (await fetch(new URL('/health/live', gateway.url))).status,
      (await fetch(new URL('/health/ready', gateway.url))).status,
      (await get('/health/live')).status,
      (await get('/health/ready')).status,
    ];
    await gateway.create('acme', 'before');
    assert.deepEqual(await states(), [200, 200, 200, 200]);
    renameSync(database, `${database}.away`);
    writeFileSync(database, randomBytes(65536));
    assert.deepEqual(await states(), [200, 503, 200, 503]);
    const toAll = await (await fetch(new URL('/health/ready', gateway.url))).text();
    const toOperators = await (await get('/health/ready')).json();
    assert.equal(toAll, '{"status":"failed"}');
    assert.match(toOperators.plugins[0].reason, /moved, removed or replaced/);
    assert.match(await (await get('/metrics')).text(), /graphql_plugin_health\{[^}]*\} 2/);
    rmSync(database);
    renameSync(`${database}.away`, database);
    assert.deepEqual(await states(), [200, 200, 200, 200]);
    await gateway.create('acme', 'after');
  });
});

test('a gateway does not start if the address of its metrics is taken', async () => {
  await watched(async (gateway) => {
    const port = Number(new URL(/metrics at (http:[^\s"]+)/.exec(gateway.log)[1]).port);
    const second = await sandbox.start((config) => { config.metrics = { port }; });
    assert.equal((await second.ended).code, 1);
    assert.match(second.log, new RegExp(`Port ${port} of 127.0.0.1 is in use`));
  });
});
