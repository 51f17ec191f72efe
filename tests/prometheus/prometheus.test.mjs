// SPDX-License-Identifier: MIT
// Prometheus scrapes gateways under load, on a file, below a root and on PostgreSQL: each query of the dashboard has
// data, and each alert fires when its fault has been made, and not before.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { makeKey } from '../../examples/demo-host/webhooks/keys.js';
import { holdLock, startServer } from '../conformance/runner/database.mjs';
import { Sandbox } from '../demo/harness.mjs';
import { root } from '../support-js/paths.mjs';
import { operations, Prometheus, promtool, until } from './support.mjs';

const DASHBOARD = JSON.parse(readFileSync(join(operations, 'dashboard.json'), 'utf8'));
const ORGANIZATIONS = ['acme', 'beta', 'gamma']; // More than may be open.
const LIMIT = 100; // Of changes, where it is reached.

let folder;
let server;
let prometheus;
const gateways = [];
let file; // They, each with `sandbox` and `instance`, as Prometheus names it.
let rooted;
let postgres;
let loads;
let loading = true;
const fired = new Set(); // The names of alerts.

async function start(change) {
  const sandbox = new Sandbox();
  const gateway = await sandbox.start((config, own) => {
    config.metrics = { port: 0, organizations: 2 };
    change(config, own, sandbox);
  });
  gateways.push(Object.assign(gateway, { sandbox }));
  assert.ok(gateway.url, gateway.log);
  return Object.assign(gateway, { instance: new URL(/metrics at (http:[^\s"]+)/.exec(gateway.log)[1]).host });
}

function serveFile(config, own, sandbox) {
  own.limits = { pendingMutations: LIMIT };
  writeFileSync(sandbox.path('webhook.key'), `${makeKey(false).secret}\n`, { mode: 0o600 });
  const endpoints = { nobody: { url: 'https://127.0.0.1:9/', secretFiles: ['webhook.key'] } };
  config.webhooks = { folder: 'webhooks', endpoints, allowedAddresses: ['127.0.0.1'] };
}

function serveRoot(config, own, sandbox) {
  mkdirSync(sandbox.path('tenants'));
  own.database = { root: sandbox.path('tenants'), maxOpen: 2 };
  own.credentials.keyring = own.credentials.keyring.replace('keyring.json', 'keyring-{organization}.json');
}

/** Calls of all kinds, good and bad, one after the other, until `loading` ends. What becomes of them is not looked at. */
async function load(gateway, organizations) {
  const token = gateway.sandbox.vault.issue('acme');
  for (let i = 0; loading; i++) {
    const organizationId = organizations[i % organizations.length];
    const calls = [
      gateway.create(organizationId, `x${i}`),
      gateway.create('acme', 'x', { credentialRef: i % 2 ? token : 'v4.public.x' }),
      gateway.data('{ integration(id: "no") { id } }'),
      gateway.data('query ($id: ID!) { integrations(organizationId: $id) { nodes { id } } }', { id: organizationId }),
    ];
    await Promise.allSettled(calls);
    await setTimeout(20);
  }
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'prometheus-test-'));
  server = await startServer('metrics');
  file = await start(serveFile);
  rooted = await start(serveRoot);
  postgres = await start((config, own) => { own.database = { url: `${server.url}metrics`, migrate: true }; });
  const { vault } = rooted.sandbox;
  for (const id of ORGANIZATIONS) {
    writeFileSync(vault.keyring.replace('.json', `-${id}.json`), readFileSync(vault.keyring));
    await rooted.create(id, 'x', { credentialRef: vault.issue(id, '--exp', '+1h') }); // One at least is open at the first look.
  }
  loads = [load(file, ORGANIZATIONS), load(rooted, ORGANIZATIONS), load(postgres, ['acme'])];
  prometheus = await Prometheus.start(folder, gateways.map(({ instance }) => instance));
});

after(async () => {
  loading = false;
  await Promise.allSettled(loads ?? []);
  await prometheus?.stop();
  for (const gateway of gateways) {
    await gateway.stop();
    gateway.sandbox.remove();
  }
  await server?.end();
  rmSync(folder, { recursive: true, force: true });
});

/** Waits until alerts fire: NAME by instance. */
async function awaitAlerts(...wanted) {
  let firing;
  await until(async () => {
    firing = await prometheus.firing();
    return wanted.every((each) => firing.has(each));
  }, () => `${wanted.join(', ')} fire; there are ${[...firing].join(', ') || 'none'}`);
  for (const each of wanted) fired.add(each.split(' ')[0]);
}

test('promtool accepts the alerts, and each waits as long as it should', async () => {
  const count = readFileSync(join(operations, 'alerts.yml'), 'utf8').match(/- alert:/g).length;
  assert.match(await promtool('check', 'rules', '--lint=all', '--lint-fatal', join(operations, 'alerts.yml')), new RegExp(`SUCCESS: ${count} rules found`));
  const durations = join(root, 'tests/prometheus/alerts.test.yml');
  assert.match(await promtool('test', 'rules', durations), /SUCCESS/);
  assert.equal(new Set(readFileSync(durations, 'utf8').match(/alertname="\w+"/g)).size, count, 'each alert has its duration tested');
});

test('each query of the dashboard has data', async () => {
  const queries = DASHBOARD.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title,
    expr.replaceAll('$__rate_interval', '30s').replaceAll('$instance', '.*')]));
  const variable = DASHBOARD.templating.list.find(({ name }) => name === 'instance').definition;
  const [, metric, label] = /^label_values\((\w+), (\w+)\)$/.exec(variable);
  let missing = queries;
  await until(async () => {
    const found = await Promise.all(missing.map(([, query]) => prometheus.query(query)));
    missing = missing.filter((each, i) => found[i].length === 0);
    return missing.length === 0;
  }, () => missing.map((each) => each.join(': ')).join('; '));
  const instances = (await prometheus.query(metric)).map(({ labels }) => labels[label]).sort();
  assert.deepEqual(instances, gateways.map(({ instance }) => instance).sort());
});

test('what is well fires no alert, but for a token that expires', async () => {
  await awaitAlerts(`IntegrationsTokenExpires ${rooted.instance}`);
  const rules = await prometheus.rules();
  for (const { name, health, lastError } of rules) assert.equal(health, 'ok', `${name}: ${lastError}`);
  const firing = [...await prometheus.firing()].filter((each) => !each.startsWith('IntegrationsLogGrows'));
  assert.deepEqual(firing, [`IntegrationsTokenExpires ${rooted.instance}`]);
});

test('a log that is not copied back fires its alert', () => awaitAlerts(`IntegrationsLogGrows ${file.instance}`));

test('changes that wait for a lock, and more of them than may, fire their alerts', async () => {
  const release = await holdLock(file.sandbox.path('gateway.db'));
  const creates = Promise.allSettled(Array.from({ length: 2 * LIMIT }, (each, i) => file.create('acme', `waits ${i}`)));
  await setTimeout(2500); // What is to be long.
  await release();
  await creates;
  await awaitAlerts(`IntegrationsLimitReached ${file.instance}`, `IntegrationsChangesWait ${file.instance}`);
});

test('a keyring that is none fires its alerts, also one of an organization', async () => {
  writeFileSync(file.sandbox.vault.keyring, 'no keyring');
  writeFileSync(rooted.sandbox.vault.keyring.replace('.json', '-acme.json'), 'no keyring');
  await awaitAlerts(`IntegrationsDegraded ${file.instance}`, `IntegrationsKeyringFailing ${file.instance}`, `IntegrationsKeyringFailing ${rooted.instance}`);
});

test('a configuration that is none fires its alert', async () => {
  writeFileSync(postgres.sandbox.path('gateway.json'), 'no configuration');
  postgres.child.kill('SIGHUP');
  await awaitAlerts(`IntegrationsReloadFailed ${postgres.instance}`);
});

test('a database of random bytes fires its alerts', async () => {
  const database = file.sandbox.path('gateway.db');
  renameSync(database, `${database}.away`);
  writeFileSync(database, randomBytes(65536));
  await awaitAlerts(`IntegrationsFailed ${file.instance}`, `IntegrationsUnavailable ${file.instance}`);
});

test('gateways that have ended fire their alert', async () => {
  loading = false;
  await Promise.allSettled(loads);
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  await awaitAlerts('IntegrationsAbsent anywhere');
  assert.deepEqual([...fired].sort(), (await prometheus.rules()).map(({ name }) => name).sort(), 'each alert has fired');
});
